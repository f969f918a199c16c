-- The main figures of each evaluation as JSON, for lists: its metrics hold a confusion matrix, whose size is the
-- square of the number of classes. Null in older rows. Valid on PostgreSQL and on H2 in its PostgreSQL mode.

alter table model_evaluation add column figures text;
