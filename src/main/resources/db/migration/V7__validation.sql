-- Results on validation images, and how the epoch of a model was chosen.
-- Valid on PostgreSQL and on H2 in its PostgreSQL mode.

-- Null where the job holds out no validation images.
alter table training_epoch add column validation_loss double precision;
alter table training_epoch add column validation_accuracy double precision;

-- The same of the epoch that became the model.
alter table model_version add column validation_loss double precision;
alter table model_version add column validation_accuracy double precision;
-- Until now the last epoch always became the model.
alter table model_version add column chosen_by varchar(20) default 'last epoch' not null;
