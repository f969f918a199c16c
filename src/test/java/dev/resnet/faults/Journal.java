package dev.resnet.faults;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Every change of a job's state, written by the database itself: when, by which process, and to
 * which attempt. All times are those of the database's clock.
 */
final class Journal {
  private final JdbcClient jdbc;

  /** A job that moved from a killed process to the next attempt. */
  record Takeover(String job, int attempt, double seconds) {}

  Journal(JdbcClient jdbc) {
    this.jdbc = jdbc;
    jdbc.sql(
            """
            create table test_move (
              id bigint generated always as identity primary key,
              at timestamp with time zone not null default clock_timestamp(),
              process varchar not null default current_setting('application_name'),
              job varchar not null, attempt integer not null, status varchar not null);
            create table test_kill (
              at timestamp with time zone not null default clock_timestamp(),
              process varchar not null);
            create function test_moved() returns trigger language plpgsql as $$
              begin
                if tg_op = 'INSERT'
                    or (new.attempt, new.status) is distinct from (old.attempt, old.status) then
                  insert into test_move (job, attempt, status)
                    values (new.id, new.attempt, new.status);
                end if;
                return null;
              end $$;
            create trigger test_moved after insert or update on training_job
              for each row execute function test_moved();
            """)
        .update();
  }

  /** Call this just before the kill. */
  void killed(String process) {
    jdbc.sql("insert into test_kill (process) values (?)").param(process).update();
  }

  /** The processes that run a job at this moment, dead ones among them. */
  List<String> busy() {
    return jdbc.sql(
            """
            select process from test_move m where status = 'RUNNING'
              and not exists (select 1 from test_move later where later.job = m.job and later.id > m.id)
            """)
        .query(String.class)
        .list();
  }

  int kills() {
    return jdbc.sql("select count(*) from test_kill").query(Integer.class).single();
  }

  /** Kills that hit a running attempt, with the time to the start of the next one. */
  List<Takeover> takeovers() {
    return jdbc.sql(
            """
            select m.job, m.attempt, extract(epoch from next.at - k.at) as seconds
            from test_kill k
            join test_move m on m.process = k.process and m.status = 'RUNNING' and m.at < k.at
            join lateral (select at from test_move n
                where n.job = m.job and n.attempt > m.attempt and n.status = 'RUNNING'
                order by id limit 1) next on true
            where not exists (select 1 from test_move later
                where later.job = m.job and later.id > m.id and later.at < k.at)
            order by seconds
            """)
        .query(
            (row, n) ->
                new Takeover(row.getString("job"), row.getInt("attempt"), row.getDouble("seconds")))
        .list();
  }

  /** How often a job reached its end. */
  int successes(String job) {
    return jdbc.sql("select count(*) from test_move where job = ? and status = 'SUCCEEDED'")
        .param(job)
        .query(Integer.class)
        .single();
  }
}
