-- The search tables were put in by hand, with their own rows: as dumped they cannot be read again.
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'organizer','first_schema','2026-01-02 03:04:05.000000+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'organizer','scans','2026-02-02 03:04:05.000000+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'organizer','quick_lists','2026-11-22 21:59:05.809697+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'organizer','set_aside','2026-11-24 10:11:12.131415+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'organizer','stored_pictures','2026-11-28 23:46:51.366892+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'organizer','folded_tags','2026-11-28 23:46:51.382416+00:00');
INSERT INTO "_sqlite_migrations" VALUES(7,'organizer','shown_dates','2026-11-28 23:46:51.396654+00:00');
INSERT INTO "_sqlite_migrations" VALUES(8,'organizer','journal_and_jobs','2026-11-28 23:46:51.410884+00:00');
INSERT INTO "_sqlite_migrations" VALUES(9,'organizer','two_tiers','2026-11-29 10:41:13.684285+00:00');
INSERT INTO "_sqlite_migrations" VALUES(10,'organizer','merges','2026-11-29 15:17:39.007860+00:00');
INSERT INTO "_sqlite_migrations" VALUES(11,'organizer','narrow_lists','2026-11-29 20:21:03.185418+00:00');
INSERT INTO "_sqlite_migrations" VALUES(12,'organizer','tallies','2026-11-29 22:11:15.658458+00:00');
INSERT INTO "_sqlite_migrations" VALUES(13,'organizer','saved_searches','2026-11-29 22:11:16.186867+00:00');
INSERT INTO "_sqlite_migrations" VALUES(14,'organizer','marks_and_steps','2026-11-29 22:11:16.863557+00:00');
INSERT INTO "_sqlite_migrations" VALUES(15,'organizer','waiting_jobs','2026-11-30 06:02:15.445160+00:00');
INSERT INTO "_sqlite_migrations" VALUES(16,'organizer','taught','2026-11-30 07:03:51.841231+00:00');
CREATE TABLE choices (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE decision_journal (
    id INTEGER PRIMARY KEY,
    video_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    tag_id INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    before_row TEXT,
    after_row TEXT,
    decided_at TEXT NOT NULL,
    undone_at TEXT
, merge_id INTEGER REFERENCES merges (id), step_id INTEGER REFERENCES steps (id), undone_with_step INTEGER NOT NULL DEFAULT 0);
CREATE TABLE exclusions (
    id INTEGER PRIMARY KEY,
    pattern TEXT NOT NULL UNIQUE,
    added_at TEXT NOT NULL
);
CREATE TABLE features (
    video_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    space_id TEXT NOT NULL,
    frames INTEGER NOT NULL,
    dimension INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (video_id, space_id)
);
INSERT INTO "features" VALUES(1,'lite-space',2,3,X'000102030405');
INSERT INTO "features" VALUES(2,'lite-space',2,3,X'000102030405');
INSERT INTO "features" VALUES(4,'lite-space',2,3,X'000102030405');
CREATE TABLE mark_journal (
    id INTEGER PRIMARY KEY,
    video_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    bits INTEGER NOT NULL,
    before_bits INTEGER NOT NULL,
    after_bits INTEGER NOT NULL,
    decided_at TEXT NOT NULL,
    undone_at TEXT,
    merge_id INTEGER REFERENCES merges (id),
    step_id INTEGER REFERENCES steps (id),
    undone_with_step INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE merges (
    id INTEGER PRIMARY KEY,
    sources TEXT NOT NULL,
    began_at TEXT NOT NULL,
    ended_at TEXT,
    undone_at TEXT
);
CREATE TABLE places (
    id INTEGER PRIMARY KEY,
    video_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    root_id INTEGER NOT NULL REFERENCES roots (id) ON DELETE CASCADE,
    relative_path NOT NULL,
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    missing_since TEXT, beside_picture INTEGER NOT NULL DEFAULT 0,
    UNIQUE (root_id, relative_path)
);
INSERT INTO "places" VALUES(1,1,1,'2024/cat.mp4',5000,1700000000123456789,NULL,0);
INSERT INTO "places" VALUES(2,1,1,'2024/copy of cat.mp4',5000,1700000000123456789,NULL,0);
INSERT INTO "places" VALUES(3,2,2,'band.mov',900,1,NULL,0);
INSERT INTO "places" VALUES(4,3,1,'broken.mp4',0,1,NULL,0);
INSERT INTO "places" VALUES(5,4,1,X'636166E92E6D7034',1000,1,'2026-01-02T03:04:05+00:00',0);
CREATE TABLE posters (
    video_id INTEGER PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
    webp BLOB NOT NULL
);
INSERT INTO "posters" VALUES(1,X'77656270');
INSERT INTO "posters" VALUES(2,X'77656270');
INSERT INTO "posters" VALUES(4,X'77656270');
CREATE TABLE roots (
    id INTEGER PRIMARY KEY,
    path NOT NULL UNIQUE,
    added_at TEXT NOT NULL,
    scanned_at TEXT,
    offline INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "roots" VALUES(1,'/videos','2026-01-02T03:04:05+00:00',NULL,0);
INSERT INTO "roots" VALUES(2,'/usb/dcim','2026-01-02T03:04:05+00:00',NULL,1);
CREATE TABLE saved_searches (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            folded TEXT NOT NULL UNIQUE,
            text TEXT NOT NULL,
            saved_at TEXT NOT NULL
        );
INSERT INTO "saved_searches" VALUES(1,'Summer','summer','dance summer 2023','2026-11-29T20:00:00+00:00');
CREATE TABLE "scans" (
    id INTEGER PRIMARY KEY,
    folders TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'stopped', 'failed')),
    started_at REAL NOT NULL,
    beat_at REAL NOT NULL,
    stop_requested INTEGER NOT NULL DEFAULT 0,
    to_do INTEGER,
    done INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    message TEXT,
    kind TEXT NOT NULL DEFAULT 'scan',
    report TEXT
, pause_requested INTEGER NOT NULL DEFAULT 0, paused INTEGER NOT NULL DEFAULT 0, current TEXT, left_s REAL, fresh INTEGER NOT NULL DEFAULT 0);
INSERT INTO "scans" VALUES(1,'["/videos"]','done',1770000000.0,1770000009.0,0,4,4,1,NULL,'scan',NULL,0,0,NULL,NULL,0);
CREATE TABLE scores (
    video_id INTEGER PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
    bundle TEXT NOT NULL,
    scored_at TEXT NOT NULL,
    scores TEXT NOT NULL
);
INSERT INTO "scores" VALUES(1,'lite 1','2026-01-02T03:04:05+00:00','{"Vehicle": 0.1, "Concert": 0.1, "Dance": 0.1, "Football": 0.1, "Animal": 0.9, "Food": 0.1, "Outdoor recreation": 0.1, "Nature": 0.9, "Mobile phone": 0.1, "Cooking": 0.1}');
INSERT INTO "scores" VALUES(2,'lite 1','2026-01-02T03:04:05+00:00','{"Vehicle": 0.1, "Concert": 0.9, "Dance": 0.1, "Football": 0.1, "Animal": 0.1, "Food": 0.1, "Outdoor recreation": 0.1, "Nature": 0.1, "Mobile phone": 0.1, "Cooking": 0.1}');
INSERT INTO "scores" VALUES(4,'lite 1','2026-01-02T03:04:05+00:00','{"Vehicle": 0.1, "Concert": 0.1, "Dance": 0.1, "Football": 0.1, "Animal": 0.1, "Food": 0.1, "Outdoor recreation": 0.1, "Nature": 0.1, "Mobile phone": 0.1, "Cooking": 0.1}');
CREATE TABLE step_places (
    step_id INTEGER NOT NULL REFERENCES steps (id) ON DELETE CASCADE,
    video_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    root_path NOT NULL,
    relative_path NOT NULL,
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    missing_since TEXT, beside_picture INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (step_id, root_path, relative_path)
) WITHOUT ROWID;
CREATE TABLE step_taggings (
    step_id INTEGER NOT NULL REFERENCES steps (id) ON DELETE CASCADE,
    video_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    tagging TEXT,
    undone INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (step_id, video_id)
) WITHOUT ROWID;
CREATE TABLE steps (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    details TEXT NOT NULL,
    videos INTEGER NOT NULL,
    at TEXT NOT NULL,
    undone_at TEXT
);
CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    built_in INTEGER NOT NULL DEFAULT 0
, videos INTEGER NOT NULL DEFAULT 0, folded TEXT, maybes INTEGER NOT NULL DEFAULT 0, colour TEXT, hidden INTEGER NOT NULL DEFAULT 0, merged_into INTEGER REFERENCES tags (id) ON DELETE SET NULL);
INSERT INTO "tags" VALUES(1,'Animal',1,1,'animal',0,NULL,0,NULL);
INSERT INTO "tags" VALUES(2,'Nature',1,0,'nature',0,NULL,0,NULL);
INSERT INTO "tags" VALUES(3,'Concert',1,1,'concert',0,NULL,0,NULL);
INSERT INTO "tags" VALUES(4,'Gran''s cat',0,1,'gran''s cat',0,NULL,0,NULL);
CREATE TABLE tallies (
    present_in INTEGER NOT NULL,
    placed_in INTEGER NOT NULL,
    marks INTEGER NOT NULL,
    status TEXT NOT NULL,
    suggested INTEGER NOT NULL,
    confirmed INTEGER NOT NULL,
    maybe INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    videos INTEGER NOT NULL,
    PRIMARY KEY (present_in, placed_in, marks, status, suggested, confirmed, maybe, rejected)
) WITHOUT ROWID;
INSERT INTO "tallies" VALUES(0,1,0,'ok',0,0,0,0,1);
INSERT INTO "tallies" VALUES(1,1,0,'failed',0,0,0,0,1);
INSERT INTO "tallies" VALUES(1,1,0,'ok',0,9,0,2,1);
INSERT INTO "tallies" VALUES(2,2,0,'ok',4,0,0,0,1);
CREATE TABLE taught (
            tag_id INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
            space_id TEXT NOT NULL,
            enabled INTEGER NOT NULL DEFAULT 1,
            taught_at TEXT NOT NULL,
            last_decision INTEGER NOT NULL,
            refines TEXT,
            shown INTEGER NOT NULL,
            not_shown INTEGER NOT NULL,
            centre BLOB NOT NULL,
            scale BLOB NOT NULL,
            weights BLOB NOT NULL,
            slope REAL NOT NULL,
            offset REAL NOT NULL,
            score_slope REAL NOT NULL,
            given REAL NOT NULL,
            maybe REAL NOT NULL,
            report TEXT NOT NULL,
            PRIMARY KEY (tag_id, space_id)
        );
CREATE TABLE video_tags (
    video_id INTEGER NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    tag_id INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('suggested', 'confirmed', 'rejected')),
    score REAL,
    seconds TEXT NOT NULL DEFAULT '[]',
    bundle TEXT,
    changed_at TEXT NOT NULL, tier TEXT NOT NULL DEFAULT 'given' CHECK (tier IN ('given', 'maybe')),
    PRIMARY KEY (video_id, tag_id)
);
INSERT INTO "video_tags" VALUES(1,1,'confirmed',0.9,'[0]','lite 1','2026-01-02T03:04:06+00:00','given');
INSERT INTO "video_tags" VALUES(1,2,'rejected',0.9,'[1]','lite 1','2026-01-02T03:04:06+00:00','given');
INSERT INTO "video_tags" VALUES(2,3,'suggested',0.9,'[0]','lite 1','2026-01-02T03:04:05+00:00','given');
INSERT INTO "video_tags" VALUES(1,4,'confirmed',NULL,'[]',NULL,'2026-01-02T03:04:06+00:00','given');
INSERT INTO "video_tags" VALUES(5,1,'confirmed',NULL,'[]',NULL,'2026-02-02T03:04:05+00:00','given');
CREATE TABLE videos (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('ok', 'failed')),
    error TEXT,
    size_bytes INTEGER NOT NULL,
    duration_s REAL,
    width INTEGER,
    height INTEGER,
    codec TEXT,
    frame_rate REAL,
    rotation_deg INTEGER,
    taken_at TEXT,
    taken_source TEXT,
    taken_utc REAL,
    added_at TEXT NOT NULL,
    analysed_at TEXT NOT NULL
, present_in INTEGER, sort_name TEXT, search_text TEXT, suggested INTEGER NOT NULL DEFAULT 0, confirmed INTEGER NOT NULL DEFAULT 0, rejected INTEGER NOT NULL DEFAULT 0, stored_width INTEGER, stored_height INTEGER, mirrored INTEGER, taken_clock TEXT, taken_wall REAL, metadata_digest TEXT, maybe INTEGER NOT NULL DEFAULT 0, placed_in INTEGER, marks INTEGER NOT NULL DEFAULT 0);
INSERT INTO "videos" VALUES(1,'key0000000000000000001','1111111111111111111111111111111111111111','ok',NULL,5000,10.0,64,48,'h264',25.0,0,'2024-05-01T12:00:00+00:00','container',1714564800.0,'2026-01-02T03:04:05+00:00','2026-01-02T03:04:05+00:00',1,'2024/cat.mp4','󰀁/2024/cat.mp4
󰀁/2024/copy of cat.mp4',0,9,2,NULL,NULL,NULL,'utc',1714564800.0,NULL,0,1,0);
INSERT INTO "videos" VALUES(2,'key0000000000000000002','2222222222222222222222222222222222222222','ok',NULL,900,61.5,64,48,'h264',25.0,0,'2024-05-01T12:00:00+00:00','container',1714564800.0,'2026-01-02T03:04:05+00:00','2026-01-02T03:04:05+00:00',2,'band.mov','󰀂/band.mov',4,0,0,NULL,NULL,NULL,'utc',1714564800.0,NULL,0,2,0);
INSERT INTO "videos" VALUES(3,'key0000000000000000003','3333333333333333333333333333333333333333','failed','the file is cut off or damaged (its index is missing)',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2026-01-02T03:04:05+00:00','2026-01-02T03:04:05+00:00',1,'broken.mp4','󰀁/broken.mp4',0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,0,1,0);
INSERT INTO "videos" VALUES(4,'key0000000000000000004','4444444444444444444444444444444444444444','ok',NULL,1000,NULL,64,48,'h264',25.0,0,'2024-05-01T12:00:00+00:00','container',1714564800.0,'2026-01-02T03:04:05+00:00','2026-01-02T03:04:05+00:00',0,'caf�.mp4','󰀁/caf􏳩.mp4',0,0,0,NULL,NULL,NULL,'utc',1714564800.0,NULL,0,1,0);
INSERT INTO "videos" VALUES(5,'key0000000000000000005','55','ok',NULL,77,3.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'2026-02-02T03:04:05+00:00','2026-02-02T03:04:05+00:00',NULL,NULL,NULL,0,1,0,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,0);
CREATE VIEW short_texts (id, tokens) AS SELECT v.id, (
    WITH RECURSIVE positions (at) AS (
        SELECT 1 UNION ALL SELECT at + 1 FROM positions WHERE at < length(v.search_text))
    SELECT group_concat(hex(substr(v.search_text, at, 1)) || ' ' || hex(substr(v.search_text, at, 2)), ' ')
    FROM positions
) FROM videos v WHERE v.search_text IS NOT NULL;
CREATE VIRTUAL TABLE search_index USING fts5 (
    search_text, content = 'videos', content_rowid = 'id', columnsize = 0,
    tokenize = 'trigram case_sensitive 1'
);
INSERT INTO search_index (rowid, search_text) SELECT id, search_text FROM videos WHERE search_text IS NOT NULL;
CREATE VIRTUAL TABLE short_index USING fts5 (
    tokens, content = 'short_texts', content_rowid = 'id', columnsize = 0, detail = none, tokenize = 'ascii'
);
INSERT INTO short_index (rowid, tokens) SELECT id, (
    SELECT group_concat(hex(substr(part, at, 1)) || ' ' || hex(substr(part, at, 2)), ' ') FROM (
        SELECT substr(search_text, key * 64 + 1, 64 + 1) AS part, length(search_text) - key * 64 AS rest
        FROM json_each('[0' || replace(hex(zeroblob((length(search_text) - 1) / 64)), '00', ',0') || ']')
    ) JOIN (SELECT key + 1 AS at FROM json_each('[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]')) ON at <= rest
    ) FROM videos WHERE search_text IS NOT NULL;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX places_by_video ON places (video_id);
CREATE INDEX video_tags_by_tag ON video_tags (tag_id, state, video_id);
CREATE INDEX scores_by_bundle ON scores (bundle, video_id);
CREATE INDEX features_by_space ON features (space_id, video_id);
CREATE TRIGGER search_text_inserted AFTER INSERT ON videos WHEN NEW.search_text IS NOT NULL BEGIN
    INSERT INTO search_index (rowid, search_text) VALUES (NEW.id, NEW.search_text);
END;
CREATE TRIGGER search_text_deleted AFTER DELETE ON videos WHEN OLD.search_text IS NOT NULL BEGIN
    INSERT INTO search_index (search_index, rowid, search_text) VALUES ('delete', OLD.id, OLD.search_text);
END;
CREATE TRIGGER search_text_updated AFTER UPDATE OF search_text ON videos
WHEN OLD.search_text IS NOT NEW.search_text
BEGIN
    INSERT INTO search_index (search_index, rowid, search_text)
        SELECT 'delete', OLD.id, OLD.search_text WHERE OLD.search_text IS NOT NULL;
    INSERT INTO search_index (rowid, search_text)
        SELECT NEW.id, NEW.search_text WHERE NEW.search_text IS NOT NULL;
END;
CREATE INDEX videos_set_aside ON videos (id) WHERE status != 'ok' OR present_in IS NULL;
CREATE UNIQUE INDEX tags_by_folded ON tags (folded);
CREATE INDEX decision_journal_by_video ON decision_journal (video_id, tag_id, id);
CREATE INDEX decision_journal_by_merge ON decision_journal (merge_id) WHERE merge_id IS NOT NULL;
CREATE TRIGGER places_inserted AFTER INSERT ON places BEGIN
    UPDATE videos SET (present_in, placed_in) = (
        SELECT sum(DISTINCT (p.missing_since IS NULL) << min(p.root_id - 1, 62)),
               sum(DISTINCT 1 << min(p.root_id - 1, 62))
        FROM places p WHERE p.video_id = NEW.video_id) WHERE id = NEW.video_id;
END;
CREATE TRIGGER places_deleted AFTER DELETE ON places BEGIN
    UPDATE videos SET (present_in, placed_in) = (
        SELECT sum(DISTINCT (p.missing_since IS NULL) << min(p.root_id - 1, 62)),
               sum(DISTINCT 1 << min(p.root_id - 1, 62))
        FROM places p WHERE p.video_id = OLD.video_id) WHERE id = OLD.video_id;
END;
CREATE TRIGGER places_updated AFTER UPDATE OF video_id, root_id, missing_since ON places
WHEN OLD.video_id != NEW.video_id OR OLD.root_id != NEW.root_id
    OR (OLD.missing_since IS NULL) != (NEW.missing_since IS NULL)
BEGIN
    UPDATE videos SET (present_in, placed_in) = (
        SELECT sum(DISTINCT (p.missing_since IS NULL) << min(p.root_id - 1, 62)),
               sum(DISTINCT 1 << min(p.root_id - 1, 62))
        FROM places p WHERE p.video_id = OLD.video_id) WHERE id = OLD.video_id;
    UPDATE videos SET (present_in, placed_in) = (
        SELECT sum(DISTINCT (p.missing_since IS NULL) << min(p.root_id - 1, 62)),
               sum(DISTINCT 1 << min(p.root_id - 1, 62))
        FROM places p WHERE p.video_id = NEW.video_id) WHERE id = NEW.video_id;
END;
CREATE TRIGGER short_text_inserted AFTER INSERT ON videos WHEN NEW.search_text IS NOT NULL BEGIN
    INSERT INTO short_index (rowid, tokens) VALUES (NEW.id, (
    SELECT group_concat(hex(substr(part, at, 1)) || ' ' || hex(substr(part, at, 2)), ' ') FROM (
        SELECT substr(NEW.search_text, key * 64 + 1, 64 + 1) AS part, length(NEW.search_text) - key * 64 AS rest
        FROM json_each('[0' || replace(hex(zeroblob((length(NEW.search_text) - 1) / 64)), '00', ',0') || ']')
    ) JOIN (SELECT key + 1 AS at FROM json_each('[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]')) ON at <= rest
    ));
END;
CREATE TRIGGER short_text_deleted AFTER DELETE ON videos WHEN OLD.search_text IS NOT NULL BEGIN
    INSERT INTO short_index (short_index, rowid, tokens)
        VALUES ('delete', OLD.id, (
    SELECT group_concat(hex(substr(part, at, 1)) || ' ' || hex(substr(part, at, 2)), ' ') FROM (
        SELECT substr(OLD.search_text, key * 64 + 1, 64 + 1) AS part, length(OLD.search_text) - key * 64 AS rest
        FROM json_each('[0' || replace(hex(zeroblob((length(OLD.search_text) - 1) / 64)), '00', ',0') || ']')
    ) JOIN (SELECT key + 1 AS at FROM json_each('[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]')) ON at <= rest
    ));
END;
CREATE TRIGGER short_text_updated AFTER UPDATE OF search_text ON videos
WHEN OLD.search_text IS NOT NEW.search_text
BEGIN
    INSERT INTO short_index (short_index, rowid, tokens)
        SELECT 'delete', OLD.id, (
    SELECT group_concat(hex(substr(part, at, 1)) || ' ' || hex(substr(part, at, 2)), ' ') FROM (
        SELECT substr(OLD.search_text, key * 64 + 1, 64 + 1) AS part, length(OLD.search_text) - key * 64 AS rest
        FROM json_each('[0' || replace(hex(zeroblob((length(OLD.search_text) - 1) / 64)), '00', ',0') || ']')
    ) JOIN (SELECT key + 1 AS at FROM json_each('[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]')) ON at <= rest
    ) WHERE OLD.search_text IS NOT NULL;
    INSERT INTO short_index (rowid, tokens)
        SELECT NEW.id, (
    SELECT group_concat(hex(substr(part, at, 1)) || ' ' || hex(substr(part, at, 2)), ' ') FROM (
        SELECT substr(NEW.search_text, key * 64 + 1, 64 + 1) AS part, length(NEW.search_text) - key * 64 AS rest
        FROM json_each('[0' || replace(hex(zeroblob((length(NEW.search_text) - 1) / 64)), '00', ',0') || ']')
    ) JOIN (SELECT key + 1 AS at FROM json_each('[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]')) ON at <= rest
    ) WHERE NEW.search_text IS NOT NULL;
END;
CREATE INDEX tags_hidden ON tags (id) WHERE hidden;
CREATE INDEX videos_set_apart ON videos (id) WHERE marks & 6 != 0;
CREATE INDEX decision_journal_by_step ON decision_journal (step_id);
CREATE INDEX mark_journal_by_video ON mark_journal (video_id, bits, id);
CREATE INDEX mark_journal_by_step ON mark_journal (step_id);
CREATE INDEX step_taggings_by_video ON step_taggings (video_id);
CREATE TRIGGER tallied_inserted AFTER INSERT ON videos WHEN NEW.present_in IS NOT NULL BEGIN
    INSERT INTO tallies (present_in, placed_in, marks, status, suggested, confirmed, maybe, rejected, videos)
        SELECT NEW.present_in, NEW.placed_in, NEW.marks, NEW.status, NEW.suggested, NEW.confirmed, NEW.maybe, NEW.rejected, 1 WHERE NEW.present_in IS NOT NULL
        ON CONFLICT (present_in, placed_in, marks, status, suggested, confirmed, maybe, rejected) DO UPDATE SET videos = videos + 1;
END;
CREATE TRIGGER tallied_deleted AFTER DELETE ON videos WHEN OLD.present_in IS NOT NULL BEGIN
    UPDATE tallies SET videos = videos - 1 WHERE present_in IS OLD.present_in AND placed_in IS OLD.placed_in AND marks IS OLD.marks AND status IS OLD.status AND suggested IS OLD.suggested AND confirmed IS OLD.confirmed AND maybe IS OLD.maybe AND rejected IS OLD.rejected;
    DELETE FROM tallies WHERE present_in IS OLD.present_in AND placed_in IS OLD.placed_in AND marks IS OLD.marks AND status IS OLD.status AND suggested IS OLD.suggested AND confirmed IS OLD.confirmed AND maybe IS OLD.maybe AND rejected IS OLD.rejected AND videos = 0;
END;
CREATE TRIGGER tallied_updated AFTER UPDATE OF present_in, placed_in, marks, status, suggested, confirmed, maybe, rejected ON videos WHEN (OLD.present_in, OLD.placed_in, OLD.marks, OLD.status, OLD.suggested, OLD.confirmed, OLD.maybe, OLD.rejected) IS NOT (NEW.present_in, NEW.placed_in, NEW.marks, NEW.status, NEW.suggested, NEW.confirmed, NEW.maybe, NEW.rejected) BEGIN
    UPDATE tallies SET videos = videos - 1 WHERE present_in IS OLD.present_in AND placed_in IS OLD.placed_in AND marks IS OLD.marks AND status IS OLD.status AND suggested IS OLD.suggested AND confirmed IS OLD.confirmed AND maybe IS OLD.maybe AND rejected IS OLD.rejected;
    DELETE FROM tallies WHERE present_in IS OLD.present_in AND placed_in IS OLD.placed_in AND marks IS OLD.marks AND status IS OLD.status AND suggested IS OLD.suggested AND confirmed IS OLD.confirmed AND maybe IS OLD.maybe AND rejected IS OLD.rejected AND videos = 0;
    INSERT INTO tallies (present_in, placed_in, marks, status, suggested, confirmed, maybe, rejected, videos)
        SELECT NEW.present_in, NEW.placed_in, NEW.marks, NEW.status, NEW.suggested, NEW.confirmed, NEW.maybe, NEW.rejected, 1 WHERE NEW.present_in IS NOT NULL
        ON CONFLICT (present_in, placed_in, marks, status, suggested, confirmed, maybe, rejected) DO UPDATE SET videos = videos + 1;
END;
CREATE TRIGGER video_tags_inserted AFTER INSERT ON video_tags BEGIN
    UPDATE videos SET (suggested, confirmed, rejected, maybe) = (
    SELECT coalesce(sum(DISTINCT (t.state = 'suggested' AND t.tier = 'given') << min(t.tag_id - 1, 62)), 0),
           coalesce(sum(DISTINCT (t.state = 'confirmed') << min(t.tag_id - 1, 62)), 0),
           coalesce(sum(DISTINCT (t.state = 'rejected') << min(t.tag_id - 1, 62)), 0),
           coalesce(sum(DISTINCT (t.state = 'suggested' AND t.tier = 'maybe') << min(t.tag_id - 1, 62)), 0)
    FROM video_tags t
    WHERE t.tag_id NOT IN (SELECT h.id FROM tags h WHERE h.hidden) AND t.video_id =  videos.id) WHERE id = NEW.video_id;
    UPDATE tags SET videos = videos + (NEW.state = 'confirmed' OR (NEW.state = 'suggested' AND NEW.tier = 'given')), maybes = maybes + (NEW.state = 'suggested' AND NEW.tier = 'maybe')
        WHERE id = NEW.tag_id AND NOT hidden AND NEW.state != 'rejected' AND EXISTS (SELECT 1 FROM videos v WHERE v.id = NEW.video_id AND (v.present_in IS NOT NULL AND v.marks & 6 = 0));
END;
CREATE TRIGGER video_tags_deleted AFTER DELETE ON video_tags BEGIN
    UPDATE videos SET (suggested, confirmed, rejected, maybe) = (
    SELECT coalesce(sum(DISTINCT (t.state = 'suggested' AND t.tier = 'given') << min(t.tag_id - 1, 62)), 0),
           coalesce(sum(DISTINCT (t.state = 'confirmed') << min(t.tag_id - 1, 62)), 0),
           coalesce(sum(DISTINCT (t.state = 'rejected') << min(t.tag_id - 1, 62)), 0),
           coalesce(sum(DISTINCT (t.state = 'suggested' AND t.tier = 'maybe') << min(t.tag_id - 1, 62)), 0)
    FROM video_tags t
    WHERE t.tag_id NOT IN (SELECT h.id FROM tags h WHERE h.hidden) AND t.video_id =  videos.id) WHERE id = OLD.video_id;
    UPDATE tags SET videos = videos - (OLD.state = 'confirmed' OR (OLD.state = 'suggested' AND OLD.tier = 'given')), maybes = maybes - (OLD.state = 'suggested' AND OLD.tier = 'maybe')
        WHERE id = OLD.tag_id AND NOT hidden AND OLD.state != 'rejected' AND EXISTS (SELECT 1 FROM videos v WHERE v.id = OLD.video_id AND (v.present_in IS NOT NULL AND v.marks & 6 = 0));
END;
CREATE TRIGGER video_tags_updated AFTER UPDATE OF state, tier ON video_tags
WHEN OLD.state != NEW.state OR (NEW.state = 'suggested' AND OLD.tier != NEW.tier)
BEGIN
    UPDATE videos SET (suggested, confirmed, rejected, maybe) = (
    SELECT coalesce(sum(DISTINCT (t.state = 'suggested' AND t.tier = 'given') << min(t.tag_id - 1, 62)), 0),
           coalesce(sum(DISTINCT (t.state = 'confirmed') << min(t.tag_id - 1, 62)), 0),
           coalesce(sum(DISTINCT (t.state = 'rejected') << min(t.tag_id - 1, 62)), 0),
           coalesce(sum(DISTINCT (t.state = 'suggested' AND t.tier = 'maybe') << min(t.tag_id - 1, 62)), 0)
    FROM video_tags t
    WHERE t.tag_id NOT IN (SELECT h.id FROM tags h WHERE h.hidden) AND t.video_id =  videos.id) WHERE id = NEW.video_id;
    UPDATE tags SET videos = videos + (NEW.state = 'confirmed' OR (NEW.state = 'suggested' AND NEW.tier = 'given')) - (OLD.state = 'confirmed' OR (OLD.state = 'suggested' AND OLD.tier = 'given')),
        maybes = maybes + (NEW.state = 'suggested' AND NEW.tier = 'maybe') - (OLD.state = 'suggested' AND OLD.tier = 'maybe')
        WHERE id = NEW.tag_id AND NOT hidden AND EXISTS (SELECT 1 FROM videos v WHERE v.id = NEW.video_id AND (v.present_in IS NOT NULL AND v.marks & 6 = 0));
END;
CREATE TRIGGER videos_placed AFTER UPDATE OF present_in, marks ON videos
WHEN (OLD.present_in IS NOT NULL AND OLD.marks & 6 = 0) != (NEW.present_in IS NOT NULL AND NEW.marks & 6 = 0)
BEGIN
    UPDATE tags SET videos = videos + (NEW.present_in IS NOT NULL AND NEW.marks & 6 = 0) - (OLD.present_in IS NOT NULL AND OLD.marks & 6 = 0)
        WHERE NOT hidden AND id IN (SELECT t.tag_id FROM video_tags t WHERE t.video_id = NEW.id AND (t.state = 'confirmed' OR (t.state = 'suggested' AND t.tier = 'given')));
    UPDATE tags SET maybes = maybes + (NEW.present_in IS NOT NULL AND NEW.marks & 6 = 0) - (OLD.present_in IS NOT NULL AND OLD.marks & 6 = 0)
        WHERE NOT hidden AND id IN (SELECT t.tag_id FROM video_tags t WHERE t.video_id = NEW.id AND (t.state = 'suggested' AND t.tier = 'maybe'));
END;
CREATE TRIGGER videos_deleted BEFORE DELETE ON videos WHEN (OLD.present_in IS NOT NULL AND OLD.marks & 6 = 0) BEGIN
    UPDATE tags SET videos = videos - 1 WHERE NOT hidden AND id IN (SELECT t.tag_id FROM video_tags t WHERE t.video_id = OLD.id AND (t.state = 'confirmed' OR (t.state = 'suggested' AND t.tier = 'given')));
    UPDATE tags SET maybes = maybes - 1 WHERE NOT hidden AND id IN (SELECT t.tag_id FROM video_tags t WHERE t.video_id = OLD.id AND (t.state = 'suggested' AND t.tier = 'maybe'));
END;
CREATE TRIGGER tags_hidden_or_shown AFTER UPDATE OF hidden ON tags WHEN OLD.hidden != NEW.hidden BEGIN
    UPDATE videos SET (suggested, confirmed, rejected, maybe) = (
    SELECT coalesce(sum(DISTINCT (t.state = 'suggested' AND t.tier = 'given') << min(t.tag_id - 1, 62)), 0),
           coalesce(sum(DISTINCT (t.state = 'confirmed') << min(t.tag_id - 1, 62)), 0),
           coalesce(sum(DISTINCT (t.state = 'rejected') << min(t.tag_id - 1, 62)), 0),
           coalesce(sum(DISTINCT (t.state = 'suggested' AND t.tier = 'maybe') << min(t.tag_id - 1, 62)), 0)
    FROM video_tags t
    WHERE t.tag_id NOT IN (SELECT h.id FROM tags h WHERE h.hidden) AND t.video_id =  videos.id) WHERE id IN (SELECT t.video_id FROM video_tags t WHERE t.tag_id = NEW.id);
    UPDATE tags SET videos = (SELECT count(*) FROM video_tags t JOIN videos v ON v.id = t.video_id
    WHERE t.tag_id = tags.id AND NOT tags.hidden AND (v.present_in IS NOT NULL AND v.marks & 6 = 0) AND (t.state = 'confirmed' OR (t.state = 'suggested' AND t.tier = 'given'))),
        maybes = (SELECT count(*) FROM video_tags t JOIN videos v ON v.id = t.video_id
    WHERE t.tag_id = tags.id AND NOT tags.hidden AND (v.present_in IS NOT NULL AND v.marks & 6 = 0) AND (t.state = 'suggested' AND t.tier = 'maybe'))
        WHERE id = NEW.id;
END;
CREATE INDEX lists_by_taken ON videos (taken_wall, id, 
    marks, suggested, confirmed, present_in, status, maybe, rejected, placed_in, taken_wall, taken_utc
) WHERE present_in IS NOT NULL;
CREATE INDEX names_by_taken ON videos (taken_wall, id, present_in, marks, placed_in, search_text) WHERE present_in IS NOT NULL;
CREATE INDEX lists_by_name ON videos (sort_name COLLATE NOCASE, id, 
    marks, suggested, confirmed, present_in, status, maybe, rejected, placed_in, taken_wall, taken_utc
) WHERE present_in IS NOT NULL;
CREATE INDEX names_by_name ON videos (sort_name COLLATE NOCASE, id, present_in, marks, placed_in, search_text) WHERE present_in IS NOT NULL;
CREATE INDEX lists_by_duration ON videos (duration_s, id, 
    marks, suggested, confirmed, present_in, status, maybe, rejected, placed_in, taken_wall, taken_utc
) WHERE present_in IS NOT NULL;
CREATE INDEX names_by_duration ON videos (duration_s, id, present_in, marks, placed_in, search_text) WHERE present_in IS NOT NULL;
CREATE INDEX lists_by_size ON videos (size_bytes, id, 
    marks, suggested, confirmed, present_in, status, maybe, rejected, placed_in, taken_wall, taken_utc
) WHERE present_in IS NOT NULL;
CREATE INDEX names_by_size ON videos (size_bytes, id, present_in, marks, placed_in, search_text) WHERE present_in IS NOT NULL;
CREATE INDEX lists_by_added ON videos (id, 
    marks, suggested, confirmed, present_in, status, maybe, rejected, placed_in, taken_wall, taken_utc
) WHERE present_in IS NOT NULL;
CREATE INDEX names_by_added ON videos (id, present_in, marks, placed_in, search_text) WHERE present_in IS NOT NULL;
CREATE INDEX places_beside_pictures ON places (root_id, video_id) WHERE beside_picture;
CREATE TRIGGER places_live_inserted AFTER INSERT ON places BEGIN
    UPDATE videos SET marks = (marks | 4) - (marks & 4)
    WHERE id = NEW.video_id AND (marks & 4 != 0) != (
    coalesce(duration_s <= 5.0, 0)
    AND EXISTS (SELECT 1 FROM places p WHERE p.video_id = videos.id)
    AND NOT EXISTS (SELECT 1 FROM places p WHERE p.video_id = videos.id AND NOT p.beside_picture)
    AND NOT EXISTS (SELECT 1 FROM choices WHERE name = 'show_live')
);
END;
CREATE TRIGGER places_live_deleted AFTER DELETE ON places BEGIN
    UPDATE videos SET marks = (marks | 4) - (marks & 4)
    WHERE id = OLD.video_id AND (marks & 4 != 0) != (
    coalesce(duration_s <= 5.0, 0)
    AND EXISTS (SELECT 1 FROM places p WHERE p.video_id = videos.id)
    AND NOT EXISTS (SELECT 1 FROM places p WHERE p.video_id = videos.id AND NOT p.beside_picture)
    AND NOT EXISTS (SELECT 1 FROM choices WHERE name = 'show_live')
);
END;
CREATE TRIGGER places_live_updated AFTER UPDATE OF video_id, beside_picture ON places
WHEN OLD.video_id != NEW.video_id OR OLD.beside_picture != NEW.beside_picture
BEGIN
    UPDATE videos SET marks = (marks | 4) - (marks & 4)
    WHERE id IN (OLD.video_id, NEW.video_id) AND (marks & 4 != 0) != (
    coalesce(duration_s <= 5.0, 0)
    AND EXISTS (SELECT 1 FROM places p WHERE p.video_id = videos.id)
    AND NOT EXISTS (SELECT 1 FROM places p WHERE p.video_id = videos.id AND NOT p.beside_picture)
    AND NOT EXISTS (SELECT 1 FROM choices WHERE name = 'show_live')
);
END;
CREATE TRIGGER videos_live_length AFTER UPDATE OF duration_s ON videos
WHEN OLD.duration_s IS NOT NEW.duration_s
BEGIN
    UPDATE videos SET marks = (marks | 4) - (marks & 4)
    WHERE id = NEW.id AND (marks & 4 != 0) != (
    coalesce(duration_s <= 5.0, 0)
    AND EXISTS (SELECT 1 FROM places p WHERE p.video_id = videos.id)
    AND NOT EXISTS (SELECT 1 FROM places p WHERE p.video_id = videos.id AND NOT p.beside_picture)
    AND NOT EXISTS (SELECT 1 FROM choices WHERE name = 'show_live')
);
END;
CREATE TRIGGER choices_live_made AFTER INSERT ON choices WHEN NEW.name = 'show_live' BEGIN
    UPDATE videos SET marks = (marks | 4) - (marks & 4)
    WHERE id IN (SELECT video_id FROM places WHERE beside_picture) AND (marks & 4 != 0) != (
    coalesce(duration_s <= 5.0, 0)
    AND EXISTS (SELECT 1 FROM places p WHERE p.video_id = videos.id)
    AND NOT EXISTS (SELECT 1 FROM places p WHERE p.video_id = videos.id AND NOT p.beside_picture)
    AND NOT EXISTS (SELECT 1 FROM choices WHERE name = 'show_live')
);
END;
CREATE TRIGGER choices_live_dropped AFTER DELETE ON choices WHEN OLD.name = 'show_live' BEGIN
    UPDATE videos SET marks = (marks | 4) - (marks & 4)
    WHERE id IN (SELECT video_id FROM places WHERE beside_picture) AND (marks & 4 != 0) != (
    coalesce(duration_s <= 5.0, 0)
    AND EXISTS (SELECT 1 FROM places p WHERE p.video_id = videos.id)
    AND NOT EXISTS (SELECT 1 FROM places p WHERE p.video_id = videos.id AND NOT p.beside_picture)
    AND NOT EXISTS (SELECT 1 FROM choices WHERE name = 'show_live')
);
END;
CREATE INDEX decision_journal_by_tag ON decision_journal (tag_id, id);
COMMIT;
