package dev.resnet.api;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.URISyntaxException;
import org.springframework.web.util.UriComponentsBuilder;

/** Addresses for the header Location. */
public final class Location {
  private Location() {}

  /**
   * A path of this service as the client sees it. The context path contains the prefix that a proxy
   * removed; see server.forward-headers-strategy.
   */
  public static URI of(HttpServletRequest request, String path) {
    String whole = request.getContextPath() + path;
    try {
      return new URI(whole);
    } catch (URISyntaxException e) {
      return URI.create(UriComponentsBuilder.fromPath(whole).encode().toUriString());
    }
  }
}
