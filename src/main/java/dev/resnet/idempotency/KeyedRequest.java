package dev.resnet.idempotency;

import dev.resnet.api.FieldError;
import dev.resnet.api.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Principal;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * A request with a key.
 *
 * @param caller who sent it; empty if the service asks for no keys
 * @param hash SHA-256 of method, path and body
 */
record KeyedRequest(String caller, String key, String hash) {
  static final String HEADER = "Idempotency-Key";

  /** The draft's structured-field string, or the same without quotes. */
  private static final Pattern SYNTAX =
      Pattern.compile(
          "\"((?:[\\x21\\x23-\\x5B\\x5D-\\x7E]|\\\\[\"\\\\])+)\"|([\\x21\\x23-\\x7E][\\x21-\\x7E]*)");

  private static final int LONGEST = 255;

  /**
   * Null if the request has no key.
   *
   * @throws ProblemException 400 if it is not a valid one
   */
  static @Nullable KeyedRequest of(HttpServletRequest request, byte @Nullable [] body) {
    List<String> values = Collections.list(request.getHeaders(HEADER));
    if (values.isEmpty()) {
      return null;
    }
    String path = request.getRequestURI().substring(request.getContextPath().length());
    return new KeyedRequest(
        caller(request.getUserPrincipal()),
        key(values),
        hash(
            (request.getMethod() + " " + path + "\n").getBytes(StandardCharsets.UTF_8),
            body == null ? new byte[0] : body));
  }

  private static String key(List<String> values) {
    if (values.size() > 1) {
      throw invalid("is given %d times; give it once".formatted(values.size()));
    }
    Matcher matcher = SYNTAX.matcher(values.get(0).strip());
    if (matcher.matches()) {
      String quoted = matcher.group(1);
      String key = quoted == null ? matcher.group(2) : quoted.replaceAll("\\\\([\"\\\\])", "$1");
      if (key.length() <= LONGEST) {
        return key;
      }
    }
    throw invalid(
        "must be 1 to %d visible ASCII characters, with or without double quotes around them"
            .formatted(LONGEST));
  }

  private static ProblemException invalid(String message) {
    return new ProblemException(
        HttpStatus.BAD_REQUEST,
        "The header %s %s.".formatted(HEADER, message),
        List.of(new FieldError(HEADER, message)));
  }

  /** A token's subject may be longer than the column, and hold any character. */
  private static String caller(@Nullable Principal principal) {
    String name = principal == null ? "" : principal.getName();
    return name.matches("[\\x20-\\x7E]{0,200}")
        ? name
        : "sha256:" + hash(name.getBytes(StandardCharsets.UTF_8));
  }

  private static String hash(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
