-- Which process cleans up. Valid on PostgreSQL and on H2 in its PostgreSQL mode.

-- One row, which a process claims by an update. Two processes at once would do no harm, only work.
create table housekeeping (
  id integer primary key,
  -- Names the run that has claimed the row; null: none.
  run varchar(36),
  -- A run that does not extend its claim until then is dead.
  claimed_until timestamp with time zone,
  -- When the last run began.
  started_at timestamp with time zone
);
insert into housekeeping (id) values (1);
