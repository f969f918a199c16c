package dev.resnet.data.download;

import java.net.URI;

/**
 * A file to download.
 *
 * @param md5 of the whole; empty if any will do
 * @param settings prefix of the settings {@code uri} and {@code md5} that name it, for messages
 */
public record RemoteFile(URI address, String md5, String settings) {

  /** The address without what may be secret: what stands before @ or after ?. */
  @Override
  public String toString() {
    String port = address.getPort() < 0 ? "" : ":" + address.getPort();
    return "%s://%s%s%s"
        .formatted(address.getScheme(), address.getHost(), port, address.getRawPath());
  }
}
