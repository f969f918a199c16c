-- Checkpoints within an epoch. Valid on PostgreSQL and on H2 in its PostgreSQL mode.

-- The newest of each job. It goes once a later epoch is completed and has a checkpoint of its own.
create table training_partial_checkpoint (
  job_id        varchar(36) primary key references training_job (id) on delete cascade,
  -- Completed epochs, and completed steps of the next one.
  epoch         integer not null,
  step          integer not null,
  -- The name inside the job's folder of checkpoints.
  file          varchar(255) not null,
  size          bigint not null,
  sha256        varchar(64) not null,
  -- Of the last completed epoch; 0 if there is none.
  test_accuracy double precision not null
);
