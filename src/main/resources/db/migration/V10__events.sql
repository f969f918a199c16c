-- What happened to each job, in order: the stream of events and the job's log.
-- Valid on PostgreSQL and on H2 in its PostgreSQL mode.

-- The ids of one job increase in the order of the commits, because a transaction locks the job's row before it adds an
-- event. The ids of different jobs may not.
create table training_event (
  id bigint generated always as identity primary key,
  job_id varchar(36) not null references training_job (id) on delete cascade,
  type varchar(16) not null,
  at timestamp with time zone not null,
  -- JSON, as clients get it.
  data varchar not null
);
create index training_event_job on training_event (job_id, id);

-- The history of earlier jobs starts with their present status. The replacements escape the text for JSON; other control
-- characters (1 to 8 and 11 to 31) are left out.
insert into training_event (job_id, type, at, data)
  select id, 'status', updated_at,
    '{"status":"' || status || '","attempt":' || cast(attempt as varchar(11)) || ',"requested":'
    || coalesce('"' || requested || '"', 'null') || ',"error":'
    || coalesce('"' || replace(replace(replace(replace(translate(error,
         chr(1) || chr(2) || chr(3) || chr(4) || chr(5) || chr(6) || chr(7) || chr(8) || chr(11) || chr(12) || chr(13) || chr(14)
         || chr(15) || chr(16) || chr(17) || chr(18) || chr(19) || chr(20) || chr(21) || chr(22) || chr(23) || chr(24) || chr(25)
         || chr(26) || chr(27) || chr(28) || chr(29) || chr(30) || chr(31), repeat(' ', 29)), '\', '\\'), '"', '\"'), '
', '\n'), '	', '\t') || '"', 'null')
    || ',"retries":0,"last_error":null,"next_attempt_at":null,"model_version":'
    || coalesce(cast(model_version as varchar(11)), 'null') || '}'
  from training_job order by submission;
