-- A ledger as 0.1.0 left it: two runs, a refusal, and an undo that was killed before it said so.
BEGIN TRANSACTION;
CREATE TABLE correction (
        run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,
        id TEXT NOT NULL,
        path TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        rules TEXT NOT NULL,
        message TEXT NOT NULL,
        edits TEXT NOT NULL,
        safety INTEGER NOT NULL,
        confidence REAL NOT NULL,
        state TEXT NOT NULL,
        reason TEXT NOT NULL,
        pass INTEGER NOT NULL,
        evidence TEXT NOT NULL,
        score REAL NOT NULL,
        PRIMARY KEY (run, id)
    ) WITHOUT ROWID;
INSERT INTO "correction" VALUES(1,'28bf4a2da7a1e1b1','b.py','5ed175171c2e43a5','["ruff/F401"]','message','[[0, 10, ""]]',2,0.97,'applied','',1,'[["tool", "ruff"]]',0.0);
INSERT INTO "correction" VALUES(1,'48f90635f99c3f82','a.py','acad3175745897f6','["ruff/F401"]','message','[[11, 23, ""]]',2,0.97,'applied','',1,'[["tool", "ruff"]]',0.0);
INSERT INTO "correction" VALUES(1,'74e7cd84cc7e7b6b','c.py','6cd1534d6d370b64','["ruff/F401"]','message','[[0, 10, ""]]',2,0.97,'applied','',1,'[["tool", "ruff"]]',0.0);
INSERT INTO "correction" VALUES(1,'9a83c9816ba67f5c','a.py','20390aaa6ac64307','["ruff/F401"]','message','[[0, 11, ""]]',2,0.97,'applied','',1,'[["tool", "ruff"]]',0.0);
INSERT INTO "correction" VALUES(2,'0e72a85446302a3e','a.py','155912f0672f4fe2','["ruff/F401"]','message','[[0, 1, "y"]]',2,0.97,'suggested','',1,'[["tool", "ruff"]]',0.0);
CREATE TABLE evidence (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        run TEXT NOT NULL,
        correction TEXT NOT NULL,
        rules TEXT NOT NULL,
        confidence REAL NOT NULL,
        verdict TEXT NOT NULL,
        source TEXT NOT NULL
    );
INSERT INTO "evidence" VALUES(1,1.79544276791909193993e+09,'04dd5b83','0e72a85446302a3e','["ruff/F401"]',0.97,'refused','review');
CREATE TABLE file (
        run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,
        path TEXT NOT NULL,
        status TEXT NOT NULL,
        reason TEXT NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        PRIMARY KEY (run, path)
    ) WITHOUT ROWID;
INSERT INTO "file" VALUES(1,'a.py','corrected','','1d309595450fe9d6c9dfad982aba433a70f8b2e3','6d4396a19bb3a154f871cadc718db0692c3c975b');
INSERT INTO "file" VALUES(1,'b.py','corrected','','bcee59db93182aadda9e7727340aa193716650b8','9c860fe79a2541bf6b4da9ad98e3e509be98b239');
INSERT INTO "file" VALUES(1,'c.py','corrected','','9d2bf15a759e75d1e90317da2739c4f90a568597','7996f14a00ebe712f9c3dbaeb6e8201c8245fa26');
INSERT INTO "file" VALUES(2,'a.py','clean','','6d4396a19bb3a154f871cadc718db0692c3c975b','6d4396a19bb3a154f871cadc718db0692c3c975b');
CREATE TABLE intent (
        run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,
        path TEXT NOT NULL,
        planned TEXT NOT NULL,
        done TEXT NOT NULL,
        undone TEXT NOT NULL,
        verdict TEXT NOT NULL,
        source TEXT NOT NULL,
        PRIMARY KEY (run, path)
    ) WITHOUT ROWID;
INSERT INTO "intent" VALUES(1,'c.py','9d2bf15a759e75d1e90317da2739c4f90a568597','[["74e7cd84cc7e7b6b", "reverted", "undone"]]','[]','refused','undo');
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE preimage (digest TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
INSERT INTO "preimage" VALUES('1d309595450fe9d6c9dfad982aba433a70f8b2e3',X'7801CBCC2DC82F2A51C82FE6E5CA84308B2B81EC0A055B05435E2E00A31B0923');
INSERT INTO "preimage" VALUES('9d2bf15a759e75d1e90317da2739c4f90a568597',X'7801CBCC2DC82F2A51C8CCE7AA52B05530E60200310904D2');
INSERT INTO "preimage" VALUES('bcee59db93182aadda9e7727340aa193716650b8',X'7801CBCC2DC82F2A51284AE5AA54B0553002002C3304C5');
CREATE TABLE refusal (
        fingerprint TEXT PRIMARY KEY,
        path TEXT NOT NULL,
        rules TEXT NOT NULL,
        message TEXT NOT NULL,
        at REAL NOT NULL
    ) WITHOUT ROWID;
INSERT INTO "refusal" VALUES('155912f0672f4fe2','a.py','["ruff/F401"]','message',1.79544276791909193993e+09);
CREATE TABLE run (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        command TEXT NOT NULL,
        version TEXT NOT NULL,
        settings TEXT NOT NULL,
        mode TEXT NOT NULL,
        started REAL NOT NULL,
        finished REAL,
        report TEXT NOT NULL DEFAULT '{}',
        statistics TEXT NOT NULL DEFAULT '{}'
    );
INSERT INTO "run" VALUES(1,'04aa3b57','correct','0.1.0','{}','write',1.79544276789027333262e+09,1.79544276791466426851e+09,'{"files": 3}','{"counters": {}}');
INSERT INTO "run" VALUES(2,'04dd5b83','correct','0.1.0','{}','write',1.79544276791483044621e+09,1.79544276791868901259e+09,'{"files": 1}','{"counters": {}}');
CREATE INDEX file_by_path ON file (path);
CREATE INDEX correction_by_path ON correction (run, path);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('run',2);
INSERT INTO "sqlite_sequence" VALUES('evidence',1);
COMMIT;
PRAGMA user_version = 1;
