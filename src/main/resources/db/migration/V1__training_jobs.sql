-- Training jobs and the queue they wait in. Valid on PostgreSQL and on H2 in its PostgreSQL mode.

create table training_job (
  id                varchar(36) primary key,
  -- The order of submission, as clients see it: two jobs may have the same created_at.
  submission        bigint generated always as identity,
  name              varchar(255) not null,
  model             varchar(63) not null,
  status            varchar(16) not null,
  stack_n           integer not null,
  dataset           varchar(255) not null,
  -- Every resolved hyperparameter, as JSON.
  config            varchar not null,
  parameters        bigint not null,
  -- What was chosen at the start of the newest attempt.
  engine            varchar(32),
  engine_precision  varchar(32),
  engine_device     varchar,
  engine_reason     varchar,
  -- Every worker owns a job under an attempt number: writes of an older attempt are refused.
  attempt           integer not null,
  -- Attempts in a row whose process died before it completed an epoch.
  crashes           integer not null,
  cancel_requested  boolean not null,
  error             varchar,
  model_version     integer,
  epoch             integer not null,
  iteration         bigint not null,
  iterations        bigint not null,
  train_loss        double precision,
  train_accuracy    double precision,
  images_per_second double precision,
  updated_at        timestamp with time zone not null,
  created_at        timestamp with time zone not null,
  started_at        timestamp with time zone,
  finished_at       timestamp with time zone
);
create unique index training_job_submission on training_job (submission);
create index training_job_status on training_job (status);

create table training_epoch (
  job_id              varchar(36) not null references training_job (id) on delete cascade,
  epoch               integer not null,
  learning_rate       double precision not null,
  train_cross_entropy double precision not null,
  l2_loss             double precision not null,
  train_accuracy      double precision not null,
  test_loss           double precision not null,
  test_accuracy       double precision not null,
  seconds             double precision not null,
  images_per_second   double precision not null,
  finished_at         timestamp with time zone not null,
  primary key (job_id, epoch)
);

-- A checkpoint counts only once its row is here: the file alone may be half a thought.
create table training_checkpoint (
  job_id        varchar(36) not null references training_job (id) on delete cascade,
  epoch         integer not null,
  -- The name inside the job's folder of checkpoints.
  file          varchar(255) not null,
  size          bigint not null,
  sha256        varchar(64) not null,
  test_accuracy double precision not null,
  primary key (job_id, epoch)
);

-- db-scheduler's own table, with the columns of its version 16.
create table scheduled_tasks (
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
create index scheduled_tasks_execution_time on scheduled_tasks (execution_time);
create index scheduled_tasks_last_heartbeat on scheduled_tasks (last_heartbeat);
create index scheduled_tasks_priority on scheduled_tasks (priority desc, execution_time asc);
