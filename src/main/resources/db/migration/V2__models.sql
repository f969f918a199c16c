-- The model registry. Valid on PostgreSQL and on H2 in its PostgreSQL mode.

create table model (
  name varchar(200) primary key,
  -- The highest number ever given: the number of a deleted version is not given again.
  last_version integer not null
);

create table model_version (
  name varchar(200) not null references model (name),
  version integer not null,
  -- No foreign key: a job may be deleted, its model stays.
  job_id varchar(200) not null,
  stack_n integer not null,
  dataset varchar(200) not null,
  data_sha256 varchar(64) not null,
  -- JSON: the class names by index, then three numbers for the channels R, G, B each.
  classes text not null,
  mean text not null,
  standard_deviation text not null,
  test_loss double precision not null,
  test_accuracy double precision not null,
  engine varchar(50) not null,
  engine_precision varchar(50) not null,
  -- JSON, as the job shows them.
  hyperparameters text not null,
  epoch integer not null,
  -- Relative to the folder of all models: the volume may move.
  file varchar(1000) not null,
  size bigint not null,
  sha256 varchar(64) not null,
  created_at timestamp(6) with time zone not null,
  -- Of a name's versions the one that was promoted last answers requests; null: never promoted, or rolled back.
  promoted_at timestamp(6) with time zone,
  primary key (name, version),
  constraint model_version_job unique (job_id)
);

create index model_version_promoted on model_version (name, promoted_at);
