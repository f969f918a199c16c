-- Evaluations of versions on labelled images. Valid on PostgreSQL and on H2 in its PostgreSQL mode.

create table model_evaluation (
  id varchar(36) primary key,
  name varchar(200) not null,
  version integer not null,
  dataset varchar(200) not null,
  -- Of all its images: tells apart the versions of a data set.
  data_sha256 varchar(64) not null,
  -- 'train' or 'test'.
  split varchar(16) not null,
  -- JSON.
  metrics text not null,
  engine varchar(50) not null,
  engine_precision varchar(50) not null,
  -- How long it took.
  seconds double precision not null,
  created_at timestamp(6) with time zone not null,
  -- What was predicted for each image, in the folder of the version; relative to the folder of all models.
  file varchar(1000) not null,
  size bigint not null,
  sha256 varchar(64) not null,
  constraint model_evaluation_once unique (name, version, data_sha256, split),
  constraint model_evaluation_version foreign key (name, version)
    references model_version (name, version) on delete cascade
);

-- The build that trained the network; null for versions of earlier builds.
alter table model_version add column build_version varchar(100);
alter table model_version add column build_commit varchar(100);
