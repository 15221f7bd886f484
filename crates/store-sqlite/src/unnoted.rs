//! Photos from before they were noted: which claims may name them, and which of them nothing names.

use std::collections::HashSet;

use claimwire_model::{ShopNo, SubjectKind, Timestamp};
use claimwire_store::codes::Code;
use claimwire_store::document::Document;
use claimwire_store::images::{ImageUse, NotedClaim, UseChange};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Result;
use crate::rows;
use crate::work::Work;

/// Characters of a photo's name before its point.
const STEM: usize = 32;

/// Whether there may be such photos.
pub(crate) fn is_any(conn: &Connection) -> Result<bool> {
    Ok(conn
        .prepare_cached("SELECT 1 FROM unnoted_images")?
        .exists([])?)
}

/// The oldest of the claims whose photos are not noted.
pub(crate) fn claims(conn: &Connection, limit: usize) -> Result<Vec<(ShopNo, Document)>> {
    let mut range = conn.prepare_cached("SELECT noted, below FROM unnoted_images WHERE no = 1")?;
    let range = range.query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
    let Some((noted, below)) = range.optional()? else {
        return Ok(Vec::new());
    };
    let sql = format!(
        "SELECT {}, shop FROM documents WHERE no > ?1 AND no < ?2 AND kind = ?3 ORDER BY no LIMIT ?4",
        rows::document::COLUMNS
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut found = statement.query(params![noted, below, SubjectKind::Claim.code(), limit])?;
    let mut claims = Vec::new();
    while let Some(row) = found.next()? {
        claims.push((ShopNo(row.get(6)?), rows::document::read(row)?));
    }
    Ok(claims)
}

/// Notes the photos of such claims, and that these are done; up to the first that was written meanwhile.
pub(crate) fn note(work: &Work, claims: Vec<NotedClaim>, now: Timestamp) -> Result<()> {
    for NotedClaim {
        shop,
        claim,
        images,
    } in claims
    {
        let mut found = work.conn.prepare_cached(
            "SELECT no FROM documents WHERE shop = ?1 AND kind = ?2 AND id = ?3 AND version = ?4",
        )?;
        let parameters = params![shop.0, claim.kind.code(), claim.id, claim.version];
        let no = found.query_row(parameters, |row| row.get::<_, i64>(0));
        let Some(no) = no.optional()? else {
            return Ok(());
        };
        let mut reached = work
            .conn
            .prepare_cached("UPDATE unnoted_images SET noted = ?1 WHERE no = 1 AND noted < ?1")?;
        if reached.execute([no])? == 0 {
            continue;
        }
        for image in images {
            let bytes = i64::try_from(image.bytes).unwrap_or(i64::MAX);
            work.conn
                .prepare_cached(
                    "INSERT OR IGNORE INTO images (name, shop, bytes, uses, unused_since) VALUES (?1, ?2, ?3, 0, ?4)",
                )?
                .execute(params![image.name, shop.0, bytes, now.as_millis()])?;
            let taken = ImageUse {
                name: image.name,
                change: UseChange::Taken,
            };
            rows::image::change_uses(work, shop, &[taken], now)?;
        }
    }
    Ok(())
}

/// Those of the names that stand in no document.
pub(crate) fn unnamed(conn: &Connection, names: Vec<String>) -> Result<Vec<String>> {
    let mut left: HashSet<&[u8]> = names.iter().filter_map(|name| stem(name)).collect();
    let mut statement = conn.prepare("SELECT json FROM documents")?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let json = row.get_ref(0)?.as_bytes().map_err(rusqlite::Error::from)?;
        for run in json.split(|byte| !matches!(byte, b'a'..=b'z' | b'2'..=b'7')) {
            if run.len() == STEM {
                left.remove(run);
            }
        }
    }
    let is_left = |name: &String| stem(name).is_some_and(|stem| left.contains(stem));
    let unnamed = names.iter().filter(|name| is_left(name)).cloned();
    Ok(unnamed.collect())
}

fn stem(name: &str) -> Option<&[u8]> {
    let (stem, _) = name.split_once('.')?;
    (stem.len() == STEM).then_some(stem.as_bytes())
}
