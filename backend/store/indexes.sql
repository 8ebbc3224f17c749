-- Run at every start. Each holds what is asked beside its order, so that a
-- page is found, or a count taken, without touching the rows it skips. What
-- changes with every glance and plan (fresh, next_due) stands only where it is
-- the order.

-- Board and list: a load into an empty database builds them afterwards.
CREATE INDEX IF NOT EXISTS leads_name ON leads(sort_name, rid, live, stage, owner, source);
CREATE INDEX IF NOT EXISTS leads_vehicle ON leads(vehicle COLLATE NOCASE, rid, stage, owner, source) WHERE live = 1;
CREATE INDEX IF NOT EXISTS leads_value ON leads(value_cents, rid, stage, owner, source) WHERE live = 1;
CREATE INDEX IF NOT EXISTS leads_created ON leads(created_at, rid, stage, owner, source, value_cents) WHERE live = 1;
CREATE INDEX IF NOT EXISTS leads_since ON leads(stage_since, rid, stage, owner, source) WHERE live = 1;
CREATE INDEX IF NOT EXISTS leads_last ON leads(last_contact, rid, stage, owner, source) WHERE live = 1;
CREATE INDEX IF NOT EXISTS leads_due ON leads((next_due = 0), next_due, rid, stage, owner, source, value_cents) WHERE live = 1;
CREATE INDEX IF NOT EXISTS leads_quiet ON leads(stage, last_contact, created_at, value_cents, owner, source) WHERE live = 1;
CREATE INDEX IF NOT EXISTS leads_owner ON leads(owner, source, stage, value_cents, created_at) WHERE live = 1;
CREATE INDEX IF NOT EXISTS leads_source ON leads(source, stage, owner, value_cents, created_at) WHERE live = 1;
CREATE INDEX IF NOT EXISTS leads_fresh ON leads(fresh, stage, owner, source, value_cents) WHERE live = 1 AND fresh > 0;
CREATE INDEX IF NOT EXISTS leads_timeframe ON leads(timeframe, stage, owner, source, value_cents) WHERE live = 1 AND timeframe <> '';
CREATE INDEX IF NOT EXISTS leads_level ON leads(qualification, stage, owner, source, value_cents) WHERE live = 1 AND qualification <> '';
CREATE INDEX IF NOT EXISTS leads_archived ON leads(archived_at) WHERE live = 2;
CREATE INDEX IF NOT EXISTS leads_away ON leads(stage, stage_since, value_cents) WHERE live = 2;
CREATE INDEX IF NOT EXISTS leads_converted ON leads(converted_from, stage_since, pipeline, value_cents) WHERE live = 1 AND converted_from > 0;
CREATE INDEX IF NOT EXISTS leads_sample ON leads(live) WHERE created_via = 'sample';

-- The agenda, and what is overdue: everybody's, and one person's.
CREATE INDEX IF NOT EXISTS activities_all ON activities(agenda, user, kind, shop) WHERE agenda <> 0;
CREATE INDEX IF NOT EXISTS activities_user ON activities(user, agenda, kind, shop) WHERE agenda <> 0;
CREATE INDEX IF NOT EXISTS activities_due ON activities(due, user, kind, shop) WHERE agenda <> 0 AND due > 0;
CREATE INDEX IF NOT EXISTS activities_late ON activities(user, due, kind, shop) WHERE agenda <> 0 AND due > 0;
-- Custom fields: by what they hold.
CREATE INDEX IF NOT EXISTS lead_values_field ON lead_values(field, num, match, owner);
CREATE INDEX IF NOT EXISTS contact_values_field ON contact_values(field, num, match, owner);

-- When one person is reminded of what has an hour.
CREATE INDEX IF NOT EXISTS activities_remind ON activities(user, due_at - max(remind, 0) * 60000) WHERE remind <> 0 AND agenda > 0 AND due > 0;

-- Contacts: the companies and who works there, birthdays, who brought whom.
CREATE INDEX IF NOT EXISTS contacts_companies ON contacts(name COLLATE NOCASE, rid) WHERE type = 'company' AND deleted = 0;
CREATE INDEX IF NOT EXISTS contacts_people ON contacts(company_id) WHERE company_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS contacts_employer ON contacts(company COLLATE NOCASE) WHERE company <> '';
CREATE INDEX IF NOT EXISTS contacts_birthday ON contacts(substr(birthday, 6)) WHERE birthday <> '';
CREATE INDEX IF NOT EXISTS leads_referred ON leads(referred_by, created_at, stage, value_cents) WHERE referred_by IS NOT NULL AND live > 0;

-- Asked by writes, a load's included.
CREATE INDEX IF NOT EXISTS leads_person ON leads(person);
CREATE INDEX IF NOT EXISTS contacts_merged ON contacts(merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX IF NOT EXISTS leads_place ON leads(stage, fresh DESC, rank, id, owner, source) WHERE live = 1;
CREATE INDEX IF NOT EXISTS activities_lead ON activities(lead_id);
CREATE INDEX IF NOT EXISTS events_lead ON events(lead_id, at);
CREATE INDEX IF NOT EXISTS marks_lead ON marks(lead_id);
CREATE INDEX IF NOT EXISTS attachments_lead ON attachments(lead_id);
CREATE INDEX IF NOT EXISTS attachments_hash ON attachments(hash);
