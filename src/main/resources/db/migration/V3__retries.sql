-- Attempts that a passing fault ended are tried again. Valid on PostgreSQL and on H2 in its PostgreSQL mode.

-- Attempts in a row that a passing fault ended before they completed an epoch.
alter table training_job add column retries integer default 0 not null;
-- What ended the last of them, and when the job is to be taken up again.
alter table training_job add column last_error varchar;
alter table training_job add column next_attempt_at timestamp with time zone;
-- Why a waiting job is not taken up although a slot is free.
alter table training_job add column held_for varchar;

-- One row, locked by whoever adds a job: processes that share the database count one after another.
create table job_admission (
  id integer primary key
);
insert into job_admission (id) values (1);
