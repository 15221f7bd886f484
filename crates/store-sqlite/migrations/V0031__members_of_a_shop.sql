-- The members of a shop, newest first, without sorting them.
CREATE INDEX members_shop ON members (shop);
