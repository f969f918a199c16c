-- Uploaded data sets. Valid on PostgreSQL and on H2 in its PostgreSQL mode.

create table dataset (
  name varchar(63) primary key,
  -- The version that new jobs use; null until the first one is finished.
  version varchar(64),
  created_at timestamp(6) with time zone not null
);

-- A version exists if it has a row. Its files are in datasets/<name>/<sha256> and are complete before the row is written.
create table dataset_version (
  name varchar(63) not null references dataset (name) on delete cascade,
  -- Of the pictures, their order and the class names.
  sha256 varchar(64) not null,
  -- Bytes of its files.
  size bigint not null,
  -- JSON: classes, shape, numbers of pictures, mean, standard deviation, report.
  description varchar not null,
  created_at timestamp(6) with time zone not null,
  -- When it last became the version that new jobs use.
  current_since timestamp(6) with time zone not null,
  primary key (name, sha256)
);

-- The last upload of each data set: while it is converted, and after that if it failed.
create table dataset_upload (
  name varchar(63) primary key references dataset (name) on delete cascade,
  -- Also the name of the folder with the archive: datasets/.uploads/<id>.
  id varchar(36) not null,
  status varchar(16) not null,
  -- JSON: what the request asked for.
  options varchar not null,
  -- A process converts under an attempt number: writes of an older attempt are refused.
  attempt integer not null,
  progress double precision not null,
  error varchar,
  created_at timestamp(6) with time zone not null,
  constraint dataset_upload_id unique (id)
);

-- One row, locked by whoever adds, replaces or deletes a data set or uses one in a new job.
create table dataset_lock (
  id integer primary key
);
insert into dataset_lock (id) values (1);

-- The queue of conversions: db-scheduler's own columns, as in scheduled_tasks. A table of its own, so that conversions
-- and trainings don't wait for each other.
create table dataset_task (
  task_name            varchar(100) not null,
  task_instance        varchar(100) not null,
  task_data            bytea,
  execution_time       timestamp with time zone not null,
  picked               boolean not null,
  picked_by            varchar(255),
  last_success         timestamp with time zone,
  last_failure         timestamp with time zone,
  consecutive_failures integer,
  last_heartbeat       timestamp with time zone,
  version              bigint not null,
  priority             smallint,
  primary key (task_name, task_instance)
);
create index dataset_task_execution_time on dataset_task (execution_time);
create index dataset_task_last_heartbeat on dataset_task (last_heartbeat);

-- The version of an uploaded data set that the job was submitted with; null for built-in ones.
alter table training_job add column dataset_version varchar(64);
create index training_job_dataset on training_job (dataset, status);
