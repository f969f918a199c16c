-- Sweeps: one request, many training jobs. Valid on PostgreSQL and on H2 in its PostgreSQL mode.

create table sweep (
  id varchar(36) primary key,
  -- The order of submission, as clients see it.
  submission bigint generated always as identity,
  name varchar(255) not null,
  -- JSON, as it was sent.
  request varchar not null,
  -- Jobs that it was submitted with.
  size integer not null,
  -- When the median rule may stop a job; null: there is no rule.
  after_epochs integer,
  created_at timestamp(6) with time zone not null
);
create unique index sweep_submission on sweep (submission);

create table sweep_job (
  sweep_id varchar(36) not null references sweep (id) on delete cascade,
  -- Counted from 1, in the order of the queue.
  number integer not null,
  -- Null once the job was deleted: its values stay in the table.
  job_id varchar(36) references training_job (id) on delete set null,
  -- JSON: what the job has at each path of the sweep.
  point varchar not null,
  -- The epoch after which the median rule stopped the job. The rule decides once about each job.
  stopped_at_epoch integer,
  primary key (sweep_id, number),
  constraint sweep_job_of unique (job_id)
);

-- Why something other than a user stopped the job.
alter table training_job add column stop_reason varchar;
