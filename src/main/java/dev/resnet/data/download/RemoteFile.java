package dev.resnet.data.download;

import java.net.URI;

/**
 * A file to download.
 *
 * @param md5 expected MD5 of the whole file; empty to skip the check
 * @param settings prefix of the settings {@code uri} and {@code md5} for this file, for messages
 */
public record RemoteFile(URI address, String md5, String settings) {

  /** The address without the parts that may be secret: before @ and after ?. */
  @Override
  public String toString() {
    String port = address.getPort() < 0 ? "" : ":" + address.getPort();
    return "%s://%s%s%s"
        .formatted(address.getScheme(), address.getHost(), port, address.getRawPath());
  }
}
