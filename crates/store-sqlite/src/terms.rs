//! The inverted index of documents by their terms, written in their commit: of a change only what differs. Documents
//! that are not in it yet are brought in by bounded steps between groups, the newest first.
//!
//! `documents.terms` tells what a document is in the index with: those of its terms that all others are beginnings of,
//! each as its token has it. What is no text there (null, or a number of an earlier version) says that it is not in the
//! index. That has no rows of documents, only entries of a token and a number: each is added and removed by itself.

use std::collections::BTreeSet;

use claimwire_model::{ShopNo, SubjectKind, search};
use claimwire_store::Commit;
use claimwire_store::codes::Code;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params};

use crate::error::Result;

/// Documents that one step brings in.
const STEP: usize = 64;

/// What a document is in the index with, or is to be: a text, as its row has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Terms(String);

impl Terms {
    /// Of the document's JSON; none: it is found by nothing.
    fn of(kind: SubjectKind, json: &str) -> Option<Self> {
        let mut text = String::new();
        for term in search::longest(&search::terms(kind, json)) {
            if !text.is_empty() {
                text.push(' ');
            }
            escape(&mut text, term);
        }
        (!text.is_empty()).then_some(Self(text))
    }

    /// From a column of the document's row; none: it is not in the index.
    pub(crate) fn read(row: &Row<'_>, column: usize) -> Result<Option<Self>> {
        Ok(match row.get_ref(column)? {
            ValueRef::Text(text) => Some(Self(String::from_utf8_lossy(text).into_owned())),
            _ => None,
        })
    }

    /// As the row is to have it.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    fn all(&self) -> BTreeSet<&str> {
        // An escape has no character of a word, and stands in no word.
        let longest = self.0.split(' ');
        longest.flat_map(search::with_beginnings).collect()
    }
}

/// The terms of what a commit writes, each in its place. Made before the writer has it, so that the writer
/// need not.
pub(crate) fn of_commit(commit: &Commit) -> Vec<Option<Terms>> {
    let writes = commit.writes.iter();
    let terms = writes.map(|write| Terms::of(write.kind, &write.after.as_ref()?.json));
    terms.collect()
}

/// Whose a document is: each token has it first, so that nothing of another is found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) shop: ShopNo,
    pub(crate) kind: SubjectKind,
}

impl Place {
    /// A term as a token.
    pub(crate) fn token(self, term: &str) -> String {
        let mut token = self.beginning();
        escape(&mut token, term);
        token
    }

    fn beginning(self) -> String {
        format!("{}k{}", self.shop.0, self.kind.code())
    }

    fn tokens(self, terms: impl Iterator<Item = impl AsRef<str>>) -> String {
        let beginning = self.beginning();
        let mut tokens = String::new();
        for term in terms {
            tokens.push_str(&beginning);
            tokens.push_str(term.as_ref());
            tokens.push(' ');
        }
        tokens
    }
}

/// Small letters, digits and what is not ASCII stand for themselves, all else is escaped: the index's tokens are of
/// such characters.
fn escape(text: &mut String, term: &str) {
    for character in term.chars() {
        match character {
            'a'..='z' | '0'..='9' => text.push(character),
            other if !other.is_ascii() => text.push(other),
            other => text.push_str(&format!("_{:02x}", u32::from(other))),
        }
    }
}

/// Lets the index have a document's terms `after` in the place of those `before`, by what differs.
pub(crate) fn put(
    conn: &Connection,
    no: i64,
    place: Place,
    before: Option<&Terms>,
    after: Option<&Terms>,
) -> Result<()> {
    if before == after {
        return Ok(());
    }
    let (old, new) = [before, after]
        .map(|terms| terms.map(Terms::all).unwrap_or_default())
        .into();
    let removed = place.tokens(old.difference(&new));
    let added = place.tokens(new.difference(&old));
    // The index counts an addition up and a removal down, and refuses to go below zero: so a change is both.
    if before.is_some() {
        conn.prepare_cached("INSERT INTO search (search, rowid, terms) VALUES ('delete', ?1, ?2)")?
            .execute(params![no, removed])?;
    }
    if after.is_some() {
        conn.prepare_cached("INSERT INTO search (rowid, terms) VALUES (?1, ?2)")?
            .execute(params![no, added])?;
    }
    Ok(())
}

/// The number from which on all documents are in the index; 0: all are.
pub(crate) fn searchable_since(conn: &Connection) -> Result<i64> {
    let found = conn
        .prepare_cached("SELECT since FROM searchable WHERE no = 1")?
        .query_row([], |row| row.get(0))?;
    Ok(found)
}

/// Brings in some of the documents before `since`, and notes that. Answers from where on all are in the
/// index now.
pub(crate) fn step(conn: &Connection, since: i64) -> Result<i64> {
    let mut statement = conn.prepare_cached(
        "SELECT no, shop, kind, json, terms FROM documents WHERE no < ?1 ORDER BY no DESC LIMIT ?2",
    )?;
    let mut found = statement.query(params![since, STEP])?;
    let (mut since, mut count) = (since, 0);
    while let Some(row) = found.next()? {
        since = row.get(0)?;
        count += 1;
        let kind = SubjectKind::from_code(row.get(2)?)?;
        let json = row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
        let terms = Terms::of(kind, json);
        let shop = ShopNo(row.get(1)?);
        let before = Terms::read(row, 4)?;
        put(
            conn,
            since,
            Place { shop, kind },
            before.as_ref(),
            terms.as_ref(),
        )?;
        conn.prepare_cached("UPDATE documents SET terms = ?2 WHERE no = ?1")?
            .execute(params![since, terms.as_ref().map(Terms::text)])?;
    }
    if count < STEP {
        since = 0;
    }
    conn.prepare_cached("UPDATE searchable SET since = ?1 WHERE no = 1")?
        .execute([since])?;
    Ok(since)
}
