"""The files for clusters in `configs/` are what Ray, KubeRay and Kubernetes take, and are safe."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest
import yaml

from thea_code_system.actors.core.correction_actor import CorrectionActor

ROOT = Path(__file__).resolve().parents[2]
KUBERNETES = "1.33"
UNITS = {"Mi": 1 << 20, "Gi": 1 << 30}

# What KubeRay's definition of a RayJob asks of the fields that we use. No package carries the
# definition; the file was held against that of KubeRay 1.7 when this was written.
WORDS = {"type": "object", "additionalProperties": {"type": "string"}}
GROUP = {
    "type": "object",
    "required": ["template"],
    "additionalProperties": False,
    "properties": {"rayStartParams": WORDS, "template": {"type": "object"}},
}
WORKERS = {
    **GROUP,
    "required": ["groupName", "maxReplicas", "minReplicas", "template"],
    "properties": {
        **GROUP["properties"],
        "groupName": {"type": "string"},
        **{name: {"type": "integer"} for name in ("replicas", "minReplicas", "maxReplicas")},
    },
}
RAY_CLUSTER = {
    "type": "object",
    "required": ["headGroupSpec"],
    "additionalProperties": False,
    "properties": {
        "rayVersion": {"type": "string"},
        "enableInTreeAutoscaling": {"type": "boolean"},
        "authOptions": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "mode": {"enum": ["disabled", "token"]},
                "secretName": {"type": "string"},
            },
        },
        "autoscalerOptions": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "upscalingMode": {"enum": ["Default", "Aggressive", "Conservative"]},
                "idleTimeoutSeconds": {"type": "integer"},
            },
        },
        "headGroupSpec": GROUP,
        "workerGroupSpecs": {"type": "array", "items": WORKERS},
    },
}
RAY_JOB = {
    "type": "object",
    "required": ["apiVersion", "kind", "metadata", "spec"],
    "additionalProperties": False,
    "properties": {
        "apiVersion": {"const": "ray.io/v1"},
        "kind": {"const": "RayJob"},
        "metadata": {"type": "object"},
        "spec": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "submissionMode": {"enum": ["K8sJobMode", "HTTPMode", "SidecarMode"]},
                "entrypoint": {"type": "string"},
                "entrypointNumCpus": {"type": "number"},
                "shutdownAfterJobFinishes": {"type": "boolean"},
                **{
                    name: {"type": "integer"}
                    for name in ("activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished")
                },
                "rayClusterSpec": RAY_CLUSTER,
            },
        },
    },
}


def loaded(name):
    return list(yaml.safe_load_all((ROOT / "configs" / name).read_text(encoding="utf-8")))


def valid(document):
    kubernetes_validate.validate(document, KUBERNETES, strict=True)


def pods():
    """The two kinds of pods of the RayJob."""
    cluster = loaded("kuberay-rayjob.yaml")[0]["spec"]["rayClusterSpec"]
    (workers,) = cluster["workerGroupSpecs"]
    return cluster["headGroupSpec"]["template"], workers["template"]


def test_ray_takes_the_file_for_its_launcher():
    import ray.autoscaler

    schema = Path(ray.autoscaler.__file__).with_name("ray-schema.json")
    (config,) = loaded("ray-cluster.yaml")
    jsonschema.validate(config, json.loads(schema.read_text(encoding="utf-8")))
    types = config["available_node_types"]
    head = types.pop(config["head_node_type"])
    assert head["resources"] == {"CPU": 0}
    asked = CorrectionActor.options
    for worker in types.values():
        fit = worker["resources"]["memory"] // asked.memory
        assert fit >= worker["resources"]["CPU"] / asked.num_cpus, "every processor gets an actor"


def test_no_machine_of_the_launcher_answers_without_a_token():
    (config,) = loaded("ray-cluster.yaml")
    starts = [*config["head_start_ray_commands"], *config["worker_start_ray_commands"]]
    starts = [line for line in starts if "ray start" in line]
    assert len(starts) == 2
    for line in starts:
        assert {"RAY_AUTH_MODE=token", "RAY_AUTH_TOKEN_PATH=~/ray-token"} <= set(line.split())
    assert "--include-dashboard=false" in starts[0]
    assert config["provider"]["use_internal_ips"]


def test_kuberay_takes_the_job_and_kubernetes_what_is_in_it():
    job, *others = loaded("kuberay-rayjob.yaml")
    jsonschema.validate(job, RAY_JOB)
    for template in pods():
        valid({"apiVersion": "v1", "kind": "PodTemplate", "metadata": {}, "template": template})
    for document in others:
        valid(document)
    for document in loaded("kubernetes-shards.yaml"):
        valid(document)


def test_a_misspelt_field_would_be_noticed():
    job = loaded("kuberay-rayjob.yaml")[0]
    job["spec"]["rayClusterSpec"]["authOption"] = job["spec"]["rayClusterSpec"].pop("authOptions")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(job, RAY_JOB)
    (shards,) = loaded("kubernetes-shards.yaml")
    shards["spec"]["completionsMode"] = "Indexed"
    with pytest.raises(Exception, match="completionsMode"):
        valid(shards)


def test_the_job_is_reached_by_nobody_who_has_no_token_and_only_the_driver_has_the_code():
    job, policy, claim = loaded("kuberay-rayjob.yaml")
    assert job["spec"]["submissionMode"] == "SidecarMode"
    assert job["spec"]["rayClusterSpec"]["authOptions"]["mode"] == "token"
    head, workers = (template["spec"] for template in pods())
    (volume,) = head["volumes"]
    assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    assert "volumes" not in workers
    assert "volumeMounts" not in workers["containers"][0]
    labels = policy["spec"]["podSelector"]["matchLabels"]
    assert all(template["metadata"]["labels"] == labels for template in pods())


def test_nothing_runs_as_root_or_without_limits():
    (shards,) = loaded("kubernetes-shards.yaml")
    for pod in [*(template["spec"] for template in pods()), shards["spec"]["template"]["spec"]]:
        assert pod["securityContext"]["runAsNonRoot"]
        for container in pod["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            limits = container["resources"]["limits"]
            assert limits == container["resources"]["requests"]
            memory = int(limits["memory"][:-2]) * UNITS[limits["memory"][-2:]]
            # Ray takes 30 % of it for its object store, and Thea's actors find room in the rest.
            assert memory * 0.7 >= int(limits["cpu"]) * CorrectionActor.options.memory


@pytest.mark.torch
def test_thea_takes_the_command_of_the_job(tree):
    shell, _, script = shlex.split(loaded("kuberay-rayjob.yaml")[0]["spec"]["entrypoint"])
    assert shell == "sh"
    thea = f"{sys.executable} -m thea_cli"
    script = script.replace("cd /code", f"cd {tree.root}").replace(
        "thea correct", f"{thea} correct"
    )
    done = subprocess.run(
        ["sh", "-c", script],
        env={**tree.env, "RAY_ADDRESS": "127.0.0.1:1"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr  # there are no files, so no cluster is asked for
    tree.put(unused=b"import os\n")
    done = subprocess.run(
        ["sh", "-c", script],
        env={**tree.env, "RAY_ADDRESS": "127.0.0.1:1"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, b"No cluster answers at '127.0.0.1:1'" in done.stderr) == (2, True)


@pytest.mark.slow
@pytest.mark.torch
def test_the_shards_of_the_job_make_branches_that_merge(tree, tmp_path):
    tree.put(**{f"f{number}": b"import os\n\nprint(1)\n" for number in range(12)})
    tree.git("add", "-A")
    tree.git("commit", "-qm", "x")
    (shards,) = loaded("kubernetes-shards.yaml")
    (container,) = shards["spec"]["template"]["spec"]["containers"]
    given = {one["name"]: one["value"] for one in container["env"]}
    thea = tmp_path / "bin" / "thea"
    thea.parent.mkdir()
    thea.write_text(f'#!/bin/sh\nexec {sys.executable} -m thea_cli "$@"\n')
    thea.chmod(0o755)
    ledgers = tmp_path / "ledgers"
    ledgers.mkdir()
    for index in range(2):
        work = tmp_path / f"work{index}"
        script = container["args"][0].replace("/work", str(work)).replace("--workers 4", "")
        script = script.replace("/ledgers", str(ledgers))
        more = {"SHARDS": "2", "REPOSITORY": str(tree.root), "JOB_COMPLETION_INDEX": str(index)}
        path = f"{thea.parent}{os.pathsep}{os.environ['PATH']}"
        env = {**tree.env, **given, **more, "PATH": path}
        done = subprocess.run(
            [*container["command"], script],
            env=env,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    tree.git("merge", "-q", "--no-edit", "thea-shard-1", "thea-shard-2")
    assert {tree.read(f"f{number}") for number in range(12)} == {b"\nprint(1)\n"}
    merged = [text for one in sorted(ledgers.iterdir()) for text in ("--merge", str(one))]
    assert (
        json.loads(tree.thea("stats", "--format", "json", *merged)[0])["files"]["corrected"] == 12
    )
