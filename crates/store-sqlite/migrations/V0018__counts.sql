-- How much a shop has: documents by kind, and under kind 100 the bytes of its photos. Kept by the triggers, so that
-- nobody has to count.
CREATE TABLE counts (
  shop  INTEGER NOT NULL,
  kind  INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (shop, kind)
) WITHOUT ROWID;
INSERT INTO counts SELECT shop, kind, count(*) FROM documents GROUP BY shop, kind;

CREATE TRIGGER documents_counted AFTER INSERT ON documents BEGIN
  INSERT INTO counts VALUES (NEW.shop, NEW.kind, 1)
    ON CONFLICT (shop, kind) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER documents_gone AFTER DELETE ON documents BEGIN
  UPDATE counts SET count = count - 1 WHERE shop = OLD.shop AND kind = OLD.kind;
END;
CREATE TRIGGER images_counted AFTER INSERT ON images BEGIN
  INSERT INTO counts VALUES (NEW.shop, 100, NEW.bytes)
    ON CONFLICT (shop, kind) DO UPDATE SET count = count + excluded.count;
END;
CREATE TRIGGER images_gone AFTER DELETE ON images BEGIN
  UPDATE counts SET count = count - OLD.bytes WHERE shop = OLD.shop AND kind = 100;
END;
