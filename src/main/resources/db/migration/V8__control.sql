-- Pausing, priorities, sweeps, and requests that may be sent twice.
-- Valid on PostgreSQL and on H2 in its PostgreSQL mode.

-- Jobs of a higher priority are taken up first, then the older ones.
alter table training_job add column priority integer default 0 not null;
-- The sweep that the job belongs to; null for a job of its own.
alter table training_job add column sweep_id varchar(36);

-- What the owner of a running job has to do within one batch: PAUSE or CANCEL; null: go on.
alter table training_job add column requested varchar(16);
update training_job set requested = 'CANCEL' where cancel_requested and status in ('QUEUED', 'RUNNING');
alter table training_job drop column cancel_requested;

create index training_job_sweep on training_job (sweep_id);
create index training_job_model on training_job (model);

-- The queue sorts by it. Null would come before every priority.
update scheduled_tasks set priority = 0 where priority is null;
alter table scheduled_tasks alter column priority set default 0;

-- The answers to requests that were sent with an Idempotency-Key.
create table idempotency_key (
  -- The name of the client's key or token; empty if the service asks for none.
  caller varchar(255) not null,
  idempotency_key varchar(255) not null,
  -- SHA-256 of method, path and body.
  request varchar(64) not null,
  -- Names the request that works on the answer: one that took too long can't write it any more.
  token varchar(36) not null,
  created_at timestamp(6) with time zone not null,
  -- Null while the request is worked on.
  status integer,
  location varchar,
  body bytea,
  primary key (caller, idempotency_key)
);
create index idempotency_key_created_at on idempotency_key (created_at);
