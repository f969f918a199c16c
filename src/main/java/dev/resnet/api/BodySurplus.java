package dev.resnet.api;

import java.io.IOException;
import java.lang.reflect.Field;
import org.apache.coyote.Request;
import org.apache.coyote.http11.Http11InputBuffer;
import org.apache.coyote.http11.InputFilter;
import org.apache.coyote.http11.filters.IdentityInputFilter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Tomcat read bytes of a further request together with the end of a body. Then it knows
 * where they begin only by counting back from the end of its buffer: reading more would lose them,
 * and the next request would begin in the wrong place.
 */
final class BodySurplus {
  private static final Logger LOG = LoggerFactory.getLogger(BodySurplus.class);

  private static final Field FILTERS = field("activeFilters");
  private static final Field LAST = field("lastActiveFilter");

  private BodySurplus() {}

  private static Field field(String name) {
    try {
      Field field = Http11InputBuffer.class.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException("Tomcat's Http11InputBuffer has no " + name, e);
    }
  }

  /** Of a request whose body has been read; true if it can't be known. */
  static boolean of(Request request) {
    if (!(request.getInputBuffer() instanceof Http11InputBuffer buffer)) {
      return true;
    }
    try {
      InputFilter[] filters = (InputFilter[]) FILTERS.get(buffer);
      int last = LAST.getInt(buffer);
      for (int i = 0; i <= last; i++) {
        // Of a body that has been read, end() reads nothing; it tells how much was read too much.
        if (filters[i] instanceof IdentityInputFilter body && body.end() > 0) {
          return true;
        }
      }
      return false;
    } catch (IllegalAccessException | IOException e) {
      LOG.debug("A connection can't be looked at", e);
      return true;
    }
  }
}
