-- A model takes images of the size of its data set, resized as that data set was.
-- Valid on PostgreSQL and on H2 in its PostgreSQL mode.

-- Width and height in pixels.
alter table model_version add column image_size integer default 32 not null;
alter table model_version add column resize varchar(16) default 'crop' not null;
