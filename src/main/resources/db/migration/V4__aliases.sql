-- Which version answers for a name is decided when a job ends, and can be changed afterwards.
-- Valid on PostgreSQL and on H2 in its PostgreSQL mode.

alter table training_job add column promote varchar(16) default 'if_better' not null;
-- What was decided when the model was registered; null before, and where the job did not succeed.
alter table training_job add column promoted boolean;
alter table training_job add column promotion_reason varchar;

-- Until now each new version was promoted. Jobs that have not ended follow the new rule.
update training_job set promote = 'always' where status in ('SUCCEEDED', 'FAILED', 'CANCELLED');
update training_job set promoted = true, promotion_reason = 'When this job ended, each new version was promoted.'
  where status = 'SUCCEEDED';

-- The same decision beside the version: a job that registers its model a second time gets it again.
alter table model_version add column promoted_by_training boolean default true not null;
alter table model_version add column promotion_reason text
  default 'When this version was registered, each new one was promoted.' not null;

-- Names for versions. The version under 'production' answers requests for the model's name.
create table model_alias (
  name varchar(200) not null references model (name),
  alias varchar(63) not null,
  version integer not null,
  -- When it was first pointed to this version; a rollback brings the earlier time back.
  since timestamp(6) with time zone not null,
  primary key (name, alias),
  -- No cascade: a version under an alias can't be deleted.
  constraint model_alias_version foreign key (name, version) references model_version (name, version)
);

-- Each version that an alias has pointed to, in order of id. The newest one that is not undone is where it points now.
create table model_alias_history (
  id bigint generated always as identity primary key,
  name varchar(200) not null,
  alias varchar(63) not null,
  version integer not null,
  since timestamp(6) with time zone not null,
  -- Set by a rollback, which goes back to the entry before.
  undone_at timestamp(6) with time zone,
  constraint model_alias_history_version foreign key (name, version)
    references model_version (name, version) on delete cascade
);
create index model_alias_history_alias on model_alias_history (name, alias, id);
create index model_alias_history_of_version on model_alias_history (name, version);

insert into model_alias_history (name, alias, version, since)
  select name, 'production', version, promoted_at from model_version
  where promoted_at is not null order by promoted_at, version;

insert into model_alias (name, alias, version, since)
  select name, alias, version, since from model_alias_history h
  where not exists (select 1 from model_alias_history later where later.name = h.name and later.id > h.id);

drop index model_version_promoted;
alter table model_version drop column promoted_at;
