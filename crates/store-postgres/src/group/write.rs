//! What a group of commits writes, a column each: one statement for each table, however many rows.

use claimwire_store::codes::Code;
use claimwire_store::images::UseChange;

use crate::connection::Param;
use crate::error::{Result, damaged};
use crate::jobs::group::{Group, Written};
use crate::outbox::sealed::{self, Sealed};
use crate::pipeline::Pipeline;
use crate::rows::image::GONE;
use crate::transaction::Mark;

const DOCUMENTS_GONE: &str = "DELETE FROM documents WHERE no = ANY($1)";
const NEW_DOCUMENTS: &str = "INSERT INTO documents (no, shop, kind, id, parent, version, json, terms)
     SELECT no, shop, kind, id, parent, version, json, terms::BIGINT[] FROM
     UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::TEXT[], $5::TEXT[], $6::BIGINT[], $7::TEXT[], $8::TEXT[])
     AS new (no, shop, kind, id, parent, version, json, terms)";
const DOCUMENTS: &str =
    "UPDATE documents d SET parent = new.parent, version = new.version, json = new.json,
       terms = new.terms::BIGINT[]
     FROM UNNEST($1::BIGINT[], $2::TEXT[], $3::BIGINT[], $4::TEXT[], $5::TEXT[])
     AS new (no, parent, version, json, terms) WHERE d.no = new.no";
const CLAIMS_GONE: &str = "UPDATE tickets t SET gone_at = gone.at
     FROM UNNEST($1::BIGINT[], $2::TEXT[], $3::BIGINT[]) AS gone (shop, claim, at)
     WHERE t.shop = gone.shop AND t.claim = gone.claim";
const EVENTS: &str = "INSERT INTO events (no, shop, given_id, ref, event_group, triggered_at, subject_kind, subject_id,
       event_data, context, context_of, changes, performed_by, posted)
     SELECT * FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::TEXT[], $4::TEXT[], $5::TEXT[], $6::BIGINT[], $7::BIGINT[],
       $8::TEXT[], $9::TEXT[], $10::TEXT[], $11::BIGINT[], $12::TEXT[], $13::TEXT[], $14::BOOLEAN[])";
const DELIVERIES: &str = "INSERT INTO deliveries (event, target, state, due_at, lane, lease_node, lease_epoch, lease_until)
     SELECT event, target, 0, due_at, lane, node, epoch, until FROM
     UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::BIGINT[], $6::BIGINT[], $7::BIGINT[])
     AS new (event, target, due_at, lane, node, epoch, until)";
const FAN_OUT: &str = "INSERT INTO fan_outs (no, shop, next_event, next_target, events, targets)
     VALUES ($1, $2, ($3::BIGINT[])[1], ($4::BIGINT[])[1], $3, $4)";
const ANSWERS: &str = "INSERT INTO idempotency (shop, key, no, fingerprint, status, body)
     SELECT * FROM UNNEST($1::BIGINT[], $2::TEXT[], $3::BIGINT[], $4::BYTEA[], $5::BIGINT[], $6::BYTEA[])
     ON CONFLICT (shop, key) DO UPDATE SET no = excluded.no, fingerprint = excluded.fingerprint,
       status = excluded.status, body = excluded.body";
const IMAGE_TAKEN: &str = "UPDATE images SET uses = uses + 1, unused_since = NULL
     WHERE name = $1 AND shop = $2 AND unused_since IS DISTINCT FROM 0";
const IMAGE_LEFT: &str =
    "UPDATE images SET uses = uses - 1, unused_since = CASE uses WHEN 1 THEN $3::BIGINT END
     WHERE name = $1 AND shop = $2 AND unused_since IS NULL";
const MARK: &str = "INSERT INTO marks (no) VALUES ($1)";

/// The columns.
#[derive(Default)]
pub(super) struct Columns<'a> {
    gone: Vec<i64>,
    new_documents: NewDocuments<'a>,
    documents: Documents<'a>,
    claims_gone: (Vec<i64>, Vec<&'a str>, Vec<i64>),
    events: Events<'a>,
    deliveries: Deliveries,
    fan_outs: Vec<(i64, i64, &'a [i64], &'a [i64])>,
    answers: Answers<'a>,
    images: Vec<(&'a str, i64, Option<i64>)>,
    letters: &'a [Sealed],
    mark: Option<i64>,
}

#[derive(Default)]
struct NewDocuments<'a> {
    no: Vec<i64>,
    shop: Vec<i64>,
    kind: Vec<i64>,
    id: Vec<&'a str>,
    rest: Documents<'a>,
}

#[derive(Default)]
struct Documents<'a> {
    no: Vec<i64>,
    parent: Vec<Option<&'a str>>,
    version: Vec<i64>,
    json: Vec<&'a str>,
    /// As text: `UNNEST` takes lists of lists apart.
    terms: Vec<Option<String>>,
}

#[derive(Default)]
struct Events<'a> {
    no: Vec<i64>,
    shop: Vec<i64>,
    given_id: Vec<Option<&'a str>>,
    r#ref: Vec<&'a str>,
    event_group: Vec<Option<&'a str>>,
    triggered_at: Vec<i64>,
    subject_kind: Vec<Option<i64>>,
    subject_id: Vec<Option<&'a str>>,
    event_data: Vec<&'a str>,
    context: Vec<Option<&'a str>>,
    context_of: Vec<Option<i64>>,
    changes: Vec<Option<&'a str>>,
    performed_by: Vec<String>,
    posted: Vec<bool>,
}

#[derive(Default)]
struct Deliveries {
    event: Vec<i64>,
    target: Vec<i64>,
    due_at: Vec<i64>,
    lane: Vec<Option<i64>>,
    node: Vec<Option<i64>>,
    epoch: Vec<Option<i64>>,
    until: Vec<Option<i64>>,
}

#[derive(Default)]
struct Answers<'a> {
    shop: Vec<i64>,
    key: Vec<&'a str>,
    no: Vec<i64>,
    fingerprint: Vec<&'a [u8]>,
    status: Vec<i64>,
    body: Vec<&'a [u8]>,
}

impl Columns<'_> {
    /// How many documents are made.
    pub(super) fn new_documents(&self) -> usize {
        self.new_documents.no.len()
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl<'a> Documents<'a> {
    fn push(&mut self, no: i64, version: u64, written: &'a Written) {
        self.no.push(no);
        self.parent.push(written.parent.as_deref());
        self.version.push(signed(version));
        self.json.push(&written.json);
        let list = |terms: &Vec<i64>| {
            let terms: Vec<String> = terms.iter().map(ToString::to_string).collect();
            format!("{{{}}}", terms.join(","))
        };
        self.terms.push(written.terms.as_ref().map(list));
    }
}

impl<'a> Columns<'a> {
    pub(super) fn of(group: &'a Group, mark: Mark) -> Result<Self> {
        let mut columns = Self::default();
        columns.add_documents(group);
        columns.add_events(group)?;
        columns.add_deliveries(group);
        columns.add_answers(group);
        for (shop, claim, at) in &group.claims_gone {
            columns.claims_gone.0.push(shop.0);
            columns.claims_gone.1.push(claim);
            columns.claims_gone.2.push(at.as_millis());
        }
        for (shop, used, at) in &group.images {
            let left_since = match used.change {
                UseChange::Taken => None,
                UseChange::GivenUp => Some(at.as_millis()),
                UseChange::Ended => Some(GONE),
            };
            columns.images.push((&used.name, shop.0, left_since));
        }
        for fan_out in &group.fan_outs {
            let lists = (&*fan_out.events, &*fan_out.targets);
            columns
                .fan_outs
                .push((fan_out.no, fan_out.shop.0, lists.0, lists.1));
        }
        columns.letters = &group.letters;
        columns.mark = mark.row();
        Ok(columns)
    }

    fn add_documents(&mut self, group: &'a Group) {
        for ((shop, kind, id), slot) in &group.documents {
            if !slot.written {
                continue;
            }
            let kept = slot.now.as_ref();
            if let Some(row) = slot
                .row
                .filter(|row| kept.is_none_or(|kept| kept.no != *row))
            {
                self.gone.push(row);
            }
            let Some((kept, written)) = kept.and_then(|kept| Some((kept, kept.content.as_ref()?)))
            else {
                continue;
            };
            if slot.row == Some(kept.no) {
                self.documents.push(kept.no, kept.version, written);
            } else {
                let new = &mut self.new_documents;
                new.no.push(kept.no);
                new.shop.push(*shop);
                new.kind.push(*kind);
                new.id.push(id);
                new.rest.push(kept.no, kept.version, written);
            }
        }
    }

    fn add_events(&mut self, group: &'a Group) -> Result<()> {
        let events = &mut self.events;
        for new in &group.events {
            let fact = &new.event.fact;
            let own_context = fact.context.as_ref().filter(|_| new.context_of.is_none());
            events.no.push(new.event.no.0);
            events.shop.push(new.shop.0);
            events.given_id.push(fact.given_id.as_deref());
            events.r#ref.push(&fact.r#ref);
            events.event_group.push(fact.event_group.as_deref());
            events.triggered_at.push(fact.triggered_at.as_millis());
            let subject = fact.subject.as_ref();
            events
                .subject_kind
                .push(subject.map(|subject| subject.kind.code()));
            events.subject_id.push(subject.map(|subject| &*subject.id));
            events.event_data.push(fact.event_data.get());
            events.context.push(own_context.map(|raw| raw.get()));
            events
                .context_of
                .push(new.context_of.map(|holder| holder.0));
            events
                .changes
                .push(fact.changes.as_ref().map(|raw| raw.get()));
            let performed_by = fact.performed_by.kept().map_err(damaged)?;
            events.performed_by.push(performed_by);
            events.posted.push(fact.posted);
        }
        Ok(())
    }

    fn add_deliveries(&mut self, group: &Group) {
        let deliveries = &mut self.deliveries;
        for new in &group.deliveries {
            deliveries.event.push(new.id.event.0);
            deliveries.target.push(new.id.target.0);
            deliveries.due_at.push(new.due.as_millis());
            deliveries.lane.push(new.lane.map(|lane| lane.0));
            deliveries
                .node
                .push(new.lease.map(|lease| signed(lease.node.0)));
            deliveries
                .epoch
                .push(new.lease.map(|lease| signed(lease.epoch.0)));
            deliveries
                .until
                .push(new.lease.map(|lease| lease.until.as_millis()));
        }
    }

    fn add_answers(&mut self, group: &'a Group) {
        for ((shop, key), recorded) in &group.answers {
            let Some(no) = recorded.no else { continue };
            let answers = &mut self.answers;
            answers.shop.push(shop.0);
            answers.key.push(key);
            answers.no.push(no);
            answers.fingerprint.push(&recorded.fingerprint);
            answers.status.push(i64::from(recorded.status));
            answers.body.push(&recorded.body);
        }
    }

    /// Adds the statements of all tables that get something.
    pub(super) async fn add_to<'p>(&'p self, pipeline: &mut Pipeline<'p>) -> Result<()> {
        if !self.gone.is_empty() {
            pipeline.query(DOCUMENTS_GONE, vec![&self.gone]).await?;
        }
        if !self.new_documents.no.is_empty() {
            let new = &self.new_documents;
            let Documents {
                parent,
                version,
                json,
                terms,
                ..
            } = &new.rest;
            let params: Vec<Param<'_>> = vec![
                &new.no, &new.shop, &new.kind, &new.id, parent, version, json, terms,
            ];
            pipeline.query(NEW_DOCUMENTS, params).await?;
        }
        if !self.documents.no.is_empty() {
            let Documents {
                no,
                parent,
                version,
                json,
                terms,
            } = &self.documents;
            pipeline
                .query(DOCUMENTS, vec![no, parent, version, json, terms])
                .await?;
        }
        if !self.claims_gone.0.is_empty() {
            let (shops, claims, at) = &self.claims_gone;
            pipeline.query(CLAIMS_GONE, vec![shops, claims, at]).await?;
        }
        if !self.events.no.is_empty() {
            self.add_events_to(pipeline).await?;
        }
        if !self.deliveries.event.is_empty() {
            let Deliveries {
                event,
                target,
                due_at,
                lane,
                node,
                epoch,
                until,
            } = &self.deliveries;
            pipeline
                .query(
                    DELIVERIES,
                    vec![event, target, due_at, lane, node, epoch, until],
                )
                .await?;
        }
        for (no, shop, events, targets) in &self.fan_outs {
            pipeline
                .query(FAN_OUT, vec![no, shop, events, targets])
                .await?;
        }
        if !self.answers.no.is_empty() {
            let Answers {
                shop,
                key,
                no,
                fingerprint,
                status,
                body,
            } = &self.answers;
            pipeline
                .query(ANSWERS, vec![shop, key, no, fingerprint, status, body])
                .await?;
        }
        for (name, shop, left_since) in &self.images {
            match left_since {
                None => pipeline.query(IMAGE_TAKEN, vec![name, shop]).await?,
                Some(since) => pipeline.query(IMAGE_LEFT, vec![name, shop, since]).await?,
            }
        }
        for new in self.letters {
            let params: Vec<Param<'_>> = vec![&new.no, &new.shop, &new.at, &new.letter];
            pipeline.query(sealed::INSERT, params).await?;
        }
        if let Some(mark) = &self.mark {
            pipeline.query(MARK, vec![mark]).await?;
        }
        Ok(())
    }

    async fn add_events_to<'p>(&'p self, pipeline: &mut Pipeline<'p>) -> Result<()> {
        let events = &self.events;
        let params: Vec<Param<'_>> = vec![
            &events.no,
            &events.shop,
            &events.given_id,
            &events.r#ref,
            &events.event_group,
            &events.triggered_at,
            &events.subject_kind,
            &events.subject_id,
            &events.event_data,
            &events.context,
            &events.context_of,
            &events.changes,
            &events.performed_by,
            &events.posted,
        ];
        pipeline.query(EVENTS, params).await
    }
}
