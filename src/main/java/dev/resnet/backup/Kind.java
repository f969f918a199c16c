package dev.resnet.backup;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The kinds of columns, the same in H2 and PostgreSQL, and how each is written as JSON. */
enum Kind {
  TEXT(Types.VARCHAR) {
    @Override
    @Nullable Object read(ResultSet row, int column) throws SQLException {
      return row.getString(column);
    }

    @Override
    void set(PreparedStatement insert, int column, JsonNode value) throws SQLException {
      insert.setString(column, value.stringValue());
    }
  },

  INTEGER(Types.BIGINT) {
    @Override
    @Nullable Object read(ResultSet row, int column) throws SQLException {
      long value = row.getLong(column);
      return row.wasNull() ? null : value;
    }

    @Override
    void set(PreparedStatement insert, int column, JsonNode value) throws SQLException {
      insert.setLong(column, value.longValue());
    }
  },

  /** JSON has no NaN and no infinity: these are written as text. */
  DOUBLE(Types.DOUBLE) {
    @Override
    @Nullable Object read(ResultSet row, int column) throws SQLException {
      double value = row.getDouble(column);
      if (row.wasNull()) {
        return null;
      }
      return Double.isFinite(value) ? (Object) value : Double.toString(value);
    }

    @Override
    void set(PreparedStatement insert, int column, JsonNode value) throws SQLException {
      insert.setDouble(
          column, value.isString() ? Double.parseDouble(value.stringValue()) : value.doubleValue());
    }
  },

  BOOLEAN(Types.BOOLEAN) {
    @Override
    @Nullable Object read(ResultSet row, int column) throws SQLException {
      boolean value = row.getBoolean(column);
      return row.wasNull() ? null : value;
    }

    @Override
    void set(PreparedStatement insert, int column, JsonNode value) throws SQLException {
      insert.setBoolean(column, value.booleanValue());
    }
  },

  /** In UTC, with microseconds. */
  TIME(Types.TIMESTAMP_WITH_TIMEZONE) {
    @Override
    @Nullable Object read(ResultSet row, int column) throws SQLException {
      OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
      return value == null ? null : value.withOffsetSameInstant(ZoneOffset.UTC).toString();
    }

    @Override
    void set(PreparedStatement insert, int column, JsonNode value) throws SQLException {
      insert.setObject(column, OffsetDateTime.parse(value.stringValue()));
    }
  },

  /** In Base64. */
  BYTES(Types.VARBINARY) {
    @Override
    @Nullable Object read(ResultSet row, int column) throws SQLException {
      byte[] value = row.getBytes(column);
      return value == null ? null : Base64.getEncoder().encodeToString(value);
    }

    @Override
    void set(PreparedStatement insert, int column, JsonNode value) throws SQLException {
      insert.setBytes(column, Base64.getDecoder().decode(value.stringValue()));
    }
  };

  private final int nullType;

  Kind(int nullType) {
    this.nullType = nullType;
  }

  /** The value as Jackson writes it. */
  abstract @Nullable Object read(ResultSet row, int column) throws SQLException;

  /**
   * @param value not null
   */
  abstract void set(PreparedStatement insert, int column, JsonNode value) throws SQLException;

  void setNull(PreparedStatement insert, int column) throws SQLException {
    insert.setNull(column, nullType);
  }

  /**
   * The kind of a column.
   *
   * @param jdbcType one of {@link Types}, as the driver reports it
   * @param typeName the database's name
   * @throws IllegalStateException if no kind fits: add one here
   */
  static Kind of(int jdbcType, String typeName) {
    return switch (jdbcType) {
      case Types.VARCHAR, Types.CHAR, Types.CLOB, Types.LONGVARCHAR -> TEXT;
      case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT -> INTEGER;
      case Types.REAL, Types.FLOAT, Types.DOUBLE -> DOUBLE;
      case Types.BOOLEAN, Types.BIT -> BOOLEAN;
      case Types.TIMESTAMP_WITH_TIMEZONE -> TIME;
      case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> BYTES;
      default -> {
        // PostgreSQL's driver reports both of its timestamps as one JDBC type.
        if (jdbcType == Types.TIMESTAMP && typeName.equals("timestamptz")) {
          yield TIME;
        }
        throw new IllegalStateException(
            "A backup can't hold columns of the type %s (%d).".formatted(typeName, jdbcType));
      }
    };
  }
}
