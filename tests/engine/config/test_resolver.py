"""Which source wins, what a target may decide, and what the user is told about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from thea_code_system.config.production import ProductionConfig
from thea_code_system.config.resolver import ConfigRequest, ConfigResolver
from thea_code_system.errors import ConfigError


class Setting:
    """A project in a folder, a user's own file beside it, and a way to resolve both."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        (self.root / ".git").mkdir(parents=True)
        self.user_file = folder / "user" / "thea.toml"

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def user(self, text: str) -> None:
        self.user_file.parent.mkdir(exist_ok=True)
        self.user_file.write_text(text, encoding="utf-8")

    def resolve(self, target=".", env=None, config=None, **flags) -> ProductionConfig:
        request = ConfigRequest(
            str((self.root / target).resolve()),
            str(self.root),
            flags,
            env or {},
            config,
            str(self.user_file),
        )
        return ConfigResolver(request).resolve()


@pytest.fixture
def setting(tmp_path):
    return Setting(tmp_path)


def test_without_any_source_everything_is_a_default(setting):
    config = setting.resolve()
    assert config == ProductionConfig(root=str(setting.root), consulted=config.consulted)
    assert str(config.origin("min_confidence")) == "default"


def test_flag_beats_environment_beats_project_beats_user_beats_default(setting):
    setting.user("min-confidence = 0.5\nunsafe-fixes = true\nwords = ['user']\ntool-seconds = 9\n")
    setting.write("thea.toml", "min-confidence = 0.85\nwords = ['project']\n")
    config = setting.resolve(env={"THEA_UNSAFE_FIXES": "0", "THEA_WORDS": "env"}, words=["flag"])
    assert config.words == ("flag",)
    assert config.unsafe_fixes is False
    assert config.min_confidence == 0.85
    assert config.tool_seconds == 9
    origins = [str(config.origin(key)) for key in ("words", "unsafe_fixes", "min_confidence")]
    assert origins == ["flag --words", "env THEA_UNSAFE_FIXES", f"{setting.root}/thea.toml:1"]
    assert str(config.origin("tool_seconds")) == f"{setting.user_file}:4"


@pytest.mark.parametrize(
    ("variable", "text", "key", "value"),
    [
        ("THEA_CONFIDENCE_THRESHOLD", "0.91", "min_confidence", 0.91),
        ("THEA_MAX_WORKERS", "3", "max_workers", 3),
        ("THEA_CONTEXT_LENGTH", "2048", "context_length", 2048),
        ("THEA_DEVICE", "cpu", "device", "cpu"),
        ("THEA_SELECT", "syntax, ruff/F401", "select", ("syntax", "ruff/F401")),
        ("THEA_MAX_FILE_SIZE", "500 KB", "max_file_size", 500_000),
    ],
)
def test_environment_variables_work_as_named(setting, variable, text, key, value):
    config = setting.resolve(env={variable: text})
    assert getattr(config, key) == value
    assert str(config.origin(key)) == f"env {variable}"


def test_a_variable_that_sets_nothing_is_told(setting):
    config = setting.resolve(env={"THEA_SELCT": "ruff", "THEA_SELECT": "ruff"})
    assert config.notes == ("the variable THEA_SELCT sets nothing; did you mean THEA_SELECT?",)


def test_the_nearest_folder_wins_and_its_hidden_file_first(setting):
    setting.write("thea.toml", "words = ['far']")
    setting.write("a/pyproject.toml", "[tool.thea]\nwords = ['shared']")
    setting.write("a/thea.toml", "words = ['plain']")
    hidden = setting.write("a/.thea.toml", "words = ['hidden']")
    setting.write("a/b/x.py", "")
    assert setting.resolve("a/b/x.py").words == ("hidden",)
    hidden.unlink()
    assert setting.resolve("a/b").words == ("plain",)
    (setting.root / "a/thea.toml").unlink()
    assert setting.resolve("a/b").words == ("shared",)


def test_a_pyproject_without_our_table_does_not_count(setting):
    setting.write("thea.toml", "words = ['far']")
    setting.write("a/pyproject.toml", "[tool.ruff]\nselect = []")
    assert setting.resolve("a").words == ("far",)


def test_the_project_root_is_the_nearest_folder_that_says_so(setting, tmp_path):
    setting.write("a/b/x.py", "")
    assert setting.resolve("a/b/x.py").root == str(setting.root)
    setting.write("a/thea.toml", "")
    assert setting.resolve("a/b/x.py").root == str(setting.root / "a")
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "x.py").write_text("")
    assert setting.resolve(tmp_path / "alone" / "x.py").root == str(tmp_path / "alone")


def test_extend_takes_what_the_nearer_file_leaves_open(setting):
    setting.write("base/thea.toml", "words = ['base']\nselect = ['syntax']")
    setting.write("thea.toml", "extend = 'base/thea.toml'\nwords = ['near']")
    config = setting.resolve()
    assert config.words == ("near",)
    assert config.select == ("syntax",)


def test_files_that_extend_each_other_are_refused(setting):
    setting.write("b.toml", "extend = 'thea.toml'")
    setting.write("thea.toml", "extend = 'b.toml'")
    with pytest.raises(ConfigError, match="extend leads back"):
        setting.resolve()


def test_an_unknown_key_names_its_line_and_the_nearest_key(setting):
    setting.write("pyproject.toml", "[project]\nname = 'x'\n\n[tool.thea]\nmin-confidance = 0.9\n")
    with pytest.raises(ConfigError, match=r"pyproject\.toml:5: .*min-confidance") as caught:
        setting.resolve()
    assert "min-confidence" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("min-confidence = 2", "min-confidence cannot be 2"),
        ("select = 3", "select cannot be 3"),
        ("max-file-size = 'big'", 'a size is a number of bytes, or text such as "500 KB"'),
        ("output-format = 'xml'", "output-format cannot be 'xml'"),
        ("words = [", "no valid TOML"),
    ],
)
def test_a_wrong_value_says_where_and_what(setting, text, words):
    setting.write("thea.toml", text)
    with pytest.raises(ConfigError, match=r"thea\.toml") as caught:
        setting.resolve()
    assert words in caught.value.message


def test_a_target_may_select_exclude_and_be_stricter_and_the_rest_is_named_once(setting):
    setting.write(
        "thea.toml",
        "select = ['syntax']\nextend-exclude = ['gen']\nwords = ['thea']\nmin-confidence = 0.95\n"
        "syntax-budget = 10\nunsafe-fixes = true\nworkers = 8\ntool-seconds = 999.0\n"
        "cache-dir = '/elsewhere'\n",
    )
    config = setting.resolve()
    assert (config.select, config.extend_exclude, config.words) == (
        ("syntax",), ("gen",), ("thea",),
    )  # fmt: skip
    assert (config.min_confidence, config.syntax_budget) == (0.95, 10)
    assert (config.unsafe_fixes, config.workers, config.tool_seconds) == (False, None, 60.0)
    assert config.cache_dir is None
    named = [note.split(": ")[1].split()[0] for note in config.notes]
    assert sorted(named) == ["cache-dir", "tool-seconds", "unsafe-fixes", "workers"]


def test_what_is_stricter_is_measured_against_the_user_file(setting):
    setting.user("min-confidence = 0.97")
    setting.write("thea.toml", "min-confidence = 0.9")
    config = setting.resolve()
    assert config.min_confidence == 0.97
    assert "less strict" in config.notes[0]


@pytest.mark.parametrize("way", ["flag", "user file", "named file"])
def test_trust_lets_a_target_decide(setting, way):
    setting.write("thea.toml", "unsafe-fixes = true\nworkers = 2")
    if way == "flag":
        config = setting.resolve(trust=True)
    elif way == "named file":
        config = setting.resolve(config="thea.toml")
    else:
        setting.user(f"trusted = ['{setting.root.parent}']")
        config = setting.resolve()
        assert config.trust
    assert (config.unsafe_fixes, config.workers, config.notes) == (True, 2, ())


def test_a_target_names_a_model_only_if_it_is_trusted_and_searches_for_no_more_bugs(setting):
    setting.user("learned-budget = 1000\n")
    setting.write("thea.toml", "model = 'weights'\nlearned-budget = 2000\n")
    config = setting.resolve()
    assert (config.model, config.learned_budget) == (None, 1000)
    assert [note.partition(": ")[2] for note in config.notes] == [
        "model does not count: it needs --trust",
        "learned-budget does not count: it would be less strict",
    ]
    assert setting.resolve(trust=True).model == str(setting.root / "weights")
    setting.write("thea.toml", "learned-budget = 0\n")
    assert setting.resolve().learned_budget == 0
    assert setting.resolve(model="mine").model == str(setting.root / "mine")
    assert setting.resolve(env={"THEA_MODEL": "yours"}).model == str(setting.root / "yours")


def test_a_target_cannot_trust_itself(setting):
    setting.write("thea.toml", f"trusted = ['{setting.root}']")
    with pytest.raises(ConfigError) as caught:
        setting.resolve()
    assert "cannot trust itself" in caught.value.hint


def test_isolated_reads_no_project_file(setting):
    setting.write("thea.toml", "this is no TOML")
    assert setting.resolve(isolated=True).isolated


def test_a_preset_stands_in_for_defaults_only(setting):
    setting.user("syntax-budget = 7")
    config = setting.resolve(preset="edge")
    assert (config.workers, config.device, config.syntax_budget) == (1, "cpu", 7)
    assert str(config.origin("device")) == "preset edge"


@pytest.mark.parametrize(
    ("written_in", "glob", "at_root"),
    [
        (".", "gen/*.py", "gen/*.py"),
        (".", "*.pb.py", "*.pb.py"),
        ("..", "project/gen/*.py", "/gen/*.py"),
        ("..", "*/gen", "/gen"),
        ("..", "*.pb.py", "*.pb.py"),
        ("..", "**/gen/x", "**/gen/x"),
        ("..", "/project", "**"),
        ("..", "other/gen", None),
        ("sub", "gen/*.py", "/sub/gen/*.py"),
        ("sub", "*.pb.py", "/sub/**/*.pb.py"),
    ],
)
def test_globs_are_relative_to_the_file_that_holds_them(setting, written_in, glob, at_root):
    base = setting.write(f"{written_in}/base.toml", f"extend-exclude = ['{glob}']")
    setting.write("thea.toml", f"extend = '{base}'")
    assert setting.resolve().extend_exclude == ((at_root,) if at_root else ())


def test_rule_files_of_patterns_are_found_relative_to_the_file(setting):
    setting.write("rules/a.yml", "id: a")
    setting.write("rules/deep/b.yaml", "id: b")
    setting.write("thea.toml", "patterns = ['rules']")
    texts = [text for _, text in setting.resolve().pattern_texts()]
    assert texts == ["id: a", "id: b"]
    setting.write("thea.toml", "patterns = ['rules/*.yml']")
    assert [text for _, text in setting.resolve().pattern_texts()] == ["id: a"]


def test_patterns_that_name_no_file_are_an_error(setting):
    setting.write("thea.toml", "patterns = ['nothing/*.yml']")
    config = setting.resolve()
    with pytest.raises(ConfigError, match="no rule file"):
        config.pattern_texts()


def test_a_configuration_survives_the_start_up_cache(setting):
    setting.write("thea.toml", "words = ['x']\n[per-file-ignores]\n'tests/**' = ['ruff/F401']\n")
    config = setting.resolve(min_confidence=0.9)
    again = ProductionConfig.from_json(json.loads(json.dumps(config.to_json())))
    assert again == config
    assert again.per_file_ignores == (("tests/**", ("ruff/F401",)),)


def test_every_file_that_could_decide_is_consulted(setting):
    setting.write("a/x.py", "")
    consulted = setting.resolve("a/x.py").consulted
    assert str(setting.user_file) in consulted
    assert str(setting.root / "a" / ".thea.toml") in consulted
    assert str(setting.root / "thea.toml") in consulted
