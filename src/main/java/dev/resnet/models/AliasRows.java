package dev.resnet.models;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The version in production of each name, and its history. Callers that write hold the lock on the
 * name ({@link VersionRows#lock}).
 */
public final class AliasRows {
  /** The alias of the version that answers requests without a version number. */
  static final String PRODUCTION = "production";

  private final JdbcClient jdbc;

  AliasRows(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** A version of a model. */
  public record Pointer(String name, int version) {}

  /** The versions in production of all names, the newest promotion first. */
  List<Pointer> inProduction() {
    return jdbc.sql(
            """
            select a.name, a.version, max(h.id) as promotion
            from model_alias a join model_alias_history h
              on h.name = a.name and h.alias = a.alias and h.version = a.version
            where a.alias = ? and h.undone_at is null
            group by a.name, a.version order by promotion desc
            """)
        .param(PRODUCTION)
        .query((row, n) -> new Pointer(row.getString("name"), row.getInt("version")))
        .list();
  }

  Optional<Integer> inProduction(String name) {
    return jdbc.sql("select version from model_alias where name = ? and alias = ?")
        .params(name, PRODUCTION)
        .query(Integer.class)
        .optional();
  }

  /** The aliases of a version, by name. */
  List<String> of(String name, int version) {
    return jdbc.sql("select alias from model_alias where name = ? and version = ? order by alias")
        .params(name, version)
        .query(String.class)
        .list();
  }

  /** Puts a version into production and adds it to the history. */
  void promote(String name, int version, Instant now) {
    jdbc.sql("insert into model_alias_history (name, alias, version, since) values (?, ?, ?, ?)")
        .params(name, PRODUCTION, version, timestamp(now))
        .update();
    point(name, version, timestamp(now));
  }

  private void point(String name, int version, OffsetDateTime since) {
    int updated =
        jdbc.sql("update model_alias set version = ?, since = ? where name = ? and alias = ?")
            .params(version, since, name, PRODUCTION)
            .update();
    if (updated == 0) {
      jdbc.sql("insert into model_alias (name, alias, version, since) values (?, ?, ?, ?)")
          .params(name, PRODUCTION, version, since)
          .update();
    }
  }

  /** An entry of the history. */
  private record Entry(long id, int version, OffsetDateTime since) {}

  /** The version that was in production before the current one. */
  Optional<Integer> previous(String name) {
    return previousEntry(name).map(Entry::version);
  }

  /** Skips entries with the current version, which remain if a version between them was deleted. */
  private Optional<Entry> previousEntry(String name) {
    return jdbc.sql(
            """
            select h.id, h.version, h.since
            from model_alias_history h join model_alias a
              on a.name = h.name and a.alias = h.alias and a.version <> h.version
            where h.name = ? and h.alias = ? and h.undone_at is null
            order by h.id desc fetch first row only
            """)
        .params(name, PRODUCTION)
        .query(
            (row, n) ->
                new Entry(
                    row.getLong("id"),
                    row.getInt("version"),
                    row.getObject("since", OffsetDateTime.class)))
        .optional();
  }

  /** Puts the previous version back into production; empty if there is none. */
  Optional<Integer> rollBack(String name, Instant now) {
    Optional<Entry> previous = previousEntry(name);
    previous.ifPresent(
        entry -> {
          jdbc.sql(
                  """
                  update model_alias_history set undone_at = ?
                  where name = ? and alias = ? and undone_at is null and id > ?
                  """)
              .params(timestamp(now), name, PRODUCTION, entry.id())
              .update();
          point(name, entry.version(), entry.since());
        });
    return previous.map(Entry::version);
  }

  private static OffsetDateTime timestamp(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
