package dev.resnet.database;

import com.zaxxer.hikari.HikariDataSource;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.h2.store.fs.FilePath;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.stereotype.Component;

/**
 * Makes every H2 connection pool durable, also if the user configured the URL: a commit returns
 * only once it is on the disk, and a database that closed itself is opened again.
 *
 * @see <a href="https://h2database.com/html/advanced.html#durability_problems">H2 on durability</a>
 */
@Component
public final class EmbeddedDatabase implements BeanPostProcessor {
  private static final String H2 = "jdbc:h2:";

  /** H2's own schemes have two letters or more; one letter is a drive. */
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z0-9]{2,}):");

  private static final Pattern WRITE_DELAY = Pattern.compile("(?i);WRITE_DELAY=[^;]*");

  @Override
  public Object postProcessBeforeInitialization(Object bean, String name) {
    if (bean instanceof HikariDataSource pool) {
      prepare(pool);
    }
    return bean;
  }

  /** Call this before the pool's first connection. Pools for other databases are not changed. */
  public static void prepare(HikariDataSource pool) {
    String url = pool.getJdbcUrl();
    if (url == null || !url.toLowerCase(Locale.ROOT).startsWith(H2)) {
      return;
    }
    FilePath.register(new SyncedFilePath());
    pool.setJdbcUrl(durable(url));
    // H2's isValid() returns true even for a database that has closed itself. The health check uses
    // it too.
    if (pool.getConnectionTestQuery() == null) {
      pool.setConnectionTestQuery("select 1");
    }
    pool.setExceptionOverride(new ReopeningAfterFailure(pool));
  }

  /**
   * Each commit is written before it returns ({@code WRITE_DELAY=0}; by default H2 writes it up to
   * half a second later), and each write to a file is flushed. If the URL names no file system,
   * {@code async:} is used: an interrupt during a read or write would close an ordinary file
   * channel, and with it the database.
   */
  static String durable(String url) {
    String rest = WRITE_DELAY.matcher(url.substring(H2.length())).replaceAll("");
    String path = rest.startsWith("file:") ? rest.substring("file:".length()) : rest;
    Matcher scheme = SCHEME.matcher(path);
    String fileSystem = scheme.lookingAt() ? scheme.group(1) : "";
    return switch (fileSystem) {
      case "mem" -> url;
      case "tcp", "ssl" -> H2 + rest + ";WRITE_DELAY=0";
      case "" -> H2 + "file:" + SyncedFilePath.SCHEME + ":async:" + path + ";WRITE_DELAY=0";
      default -> H2 + "file:" + SyncedFilePath.SCHEME + ":" + path + ";WRITE_DELAY=0";
    };
  }
}
