-- Versions that no job of this service trained: somebody uploaded them.
-- Valid on PostgreSQL and on H2 in its PostgreSQL mode.

-- Null for an uploaded version.
alter table model_version alter column job_id drop not null;
alter table model_version alter column dataset drop not null;
alter table model_version alter column data_sha256 drop not null;
alter table model_version alter column test_loss drop not null;
alter table model_version alter column test_accuracy drop not null;
alter table model_version alter column engine drop not null;
alter table model_version alter column engine_precision drop not null;
alter table model_version alter column hyperparameters drop not null;
alter table model_version alter column epoch drop not null;
alter table model_version alter column chosen_by drop not null;

-- What the uploader says about the network and its origin; null for a trained version.
alter table model_version add column description text;
