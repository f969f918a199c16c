package dev.resnet.models;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The aliases of each name, and the history of {@code production}. Callers that write hold the lock
 * on the name ({@link VersionRows#lock}).
 */
public final class AliasRows {
  /** The alias of the version that answers requests without a version number. */
  public static final String PRODUCTION = "production";

  private final JdbcClient jdbc;

  AliasRows(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** A version of a model. */
  public record Pointer(String name, int version) {}

  /**
   * An alias of a version.
   *
   * @param since when it was first pointed to this version
   */
  public record Alias(String name, String alias, int version, Instant since) {
    boolean isProduction() {
      return alias.equals(PRODUCTION);
    }
  }

  /** All aliases: those in production first, the newest promotion first. */
  List<Alias> all() {
    return jdbc.sql(
            """
            select a.name, a.alias, a.version, a.since, max(h.id) as promotion
            from model_alias a left join model_alias_history h
              on h.name = a.name and h.alias = a.alias and h.version = a.version
                and h.undone_at is null
            group by a.name, a.alias, a.version, a.since
            order by promotion desc nulls last, a.name, a.alias
            """)
        .query(AliasRows::map)
        .list();
  }

  /** The aliases of some names. */
  List<Alias> of(Collection<String> names) {
    if (names.isEmpty()) {
      return List.of();
    }
    return jdbc.sql(
            "select name, alias, version, since from model_alias where name in (:names)"
                + " order by name, alias")
        .param("names", names)
        .query(AliasRows::map)
        .list();
  }

  Optional<Alias> find(String name, String alias) {
    return jdbc.sql(
            "select name, alias, version, since from model_alias where name = ? and alias = ?")
        .params(name, alias)
        .query(AliasRows::map)
        .optional();
  }

  /** The aliases of a version, in order. */
  List<String> of(String name, int version) {
    return jdbc.sql("select alias from model_alias where name = ? and version = ? order by alias")
        .params(name, version)
        .query(String.class)
        .list();
  }

  private static Alias map(ResultSet row, int index) throws SQLException {
    return new Alias(
        row.getString("name"),
        row.getString("alias"),
        row.getInt("version"),
        row.getObject("since", OffsetDateTime.class).toInstant());
  }

  /** Points an alias to a version; that of {@code production} is added to the history. */
  void point(String name, String alias, int version, Instant now) {
    if (alias.equals(PRODUCTION)) {
      jdbc.sql("insert into model_alias_history (name, alias, version, since) values (?, ?, ?, ?)")
          .params(name, alias, version, timestamp(now))
          .update();
    }
    point(name, alias, version, timestamp(now));
  }

  private void point(String name, String alias, int version, OffsetDateTime since) {
    int updated =
        jdbc.sql("update model_alias set version = ?, since = ? where name = ? and alias = ?")
            .params(version, since, name, alias)
            .update();
    if (updated == 0) {
      jdbc.sql("insert into model_alias (name, alias, version, since) values (?, ?, ?, ?)")
          .params(name, alias, version, since)
          .update();
    }
  }

  /**
   * Deletes an alias. The history of {@code production} stays, so a rollback undoes this.
   *
   * @return false if there is none
   */
  boolean delete(String name, String alias) {
    return jdbc.sql("delete from model_alias where name = ? and alias = ?")
            .params(name, alias)
            .update()
        == 1;
  }

  /** An entry of the history. */
  private record Entry(long id, int version, OffsetDateTime since) {}

  /** The version that was in production before the current one, or last if there is none now. */
  Optional<Integer> previous(String name) {
    return previousEntry(name).map(Entry::version);
  }

  /** Skips entries with the current version, which remain if a version between them was deleted. */
  private Optional<Entry> previousEntry(String name) {
    return jdbc.sql(
            """
            select h.id, h.version, h.since
            from model_alias_history h left join model_alias a
              on a.name = h.name and a.alias = h.alias
            where h.name = ? and h.alias = ? and h.undone_at is null
              and (a.version is null or a.version <> h.version)
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
          point(name, PRODUCTION, entry.version(), entry.since());
        });
    return previous.map(Entry::version);
  }

  private static OffsetDateTime timestamp(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
