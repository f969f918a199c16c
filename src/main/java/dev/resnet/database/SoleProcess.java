package dev.resnet.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import javax.sql.DataSource;

/** Tells whether the database supports one process only. */
public final class SoleProcess {
  private SoleProcess() {}

  /**
   * The embedded database locks its file, so that a second process can't open it.
   *
   * @param url as configured: a connection's own URL lacks the parameters
   */
  public static boolean uses(DataSource dataSource, String url) throws SQLException {
    return isEmbedded(dataSource) && !isShared(url);
  }

  private static boolean isEmbedded(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      String url = connection.getMetaData().getURL();
      return url.startsWith("jdbc:h2:file:") || url.startsWith("jdbc:h2:mem:");
    }
  }

  /** H2's mode for sharing a file. */
  private static boolean isShared(String url) {
    return url.toUpperCase(Locale.ROOT).contains(";AUTO_SERVER=TRUE");
  }
}
