-- Which version answers for a name is decided when a job ends, and can be changed afterwards.
-- Valid on PostgreSQL and on H2 in its PostgreSQL mode.

alter table training_job add column promote varchar(16) default 'if_better' not null;
-- What was decided when the model was registered; null before, and where the job did not succeed.
alter table training_job add column promoted boolean;
alter table training_job add column promotion_reason varchar;

-- Until now each new version was promoted.
update training_job set promote = 'always';
update training_job set promoted = true, promotion_reason = 'When this job ended, each new version was promoted.'
  where status = 'SUCCEEDED';
