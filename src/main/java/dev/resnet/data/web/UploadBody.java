package dev.resnet.data.web;

import dev.resnet.api.MultipartBody;
import dev.resnet.api.ProblemException;
import dev.resnet.api.SteadyStream;
import dev.resnet.data.upload.UploadProperties;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.springframework.http.HttpStatus;
import org.springframework.util.unit.DataSize;

/**
 * The archive in the body of an upload: the body itself, or the only file of a multipart body. It
 * is passed on as it arrives. The Content-Type only tells multipart from the rest: curl labels
 * every body a form.
 */
final class UploadBody {
  private static final int BUFFER = 64 * 1024;
  private static final String ACCEPTED =
      "Send the archive (zip, tar or tar.gz) as the body, or multipart/form-data with one file.";

  private final HttpServletRequest request;
  private final DataSize rate;
  private final DataSize maxHeader;

  UploadBody(HttpServletRequest request, UploadProperties settings, DataSize maxHeader) {
    this.request = request;
    this.rate = settings.minUploadRate();
    this.maxHeader = maxHeader;
  }

  /** Bytes of the whole body; negative if it is not known. */
  long length() {
    return request.getContentLengthLong();
  }

  /**
   * Writes the archive.
   *
   * @throws ProblemException if there is none, or the body is too large or too slow
   */
  void writeTo(OutputStream out) throws IOException {
    InputStream in =
        new SteadyStream(
            request.getInputStream(), rate, UploadProperties.MIN_UPLOAD_RATE, System::nanoTime);
    if (MultipartBody.is(request.getContentType())) {
      part(in, out);
    } else if (copy(in, out) == 0) {
      throw bad("The body is empty. " + ACCEPTED);
    }
  }

  private static long copy(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER];
    long all = 0;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      out.write(buffer, 0, n);
      all += n;
    }
    return all;
  }

  private void part(InputStream in, OutputStream out) throws IOException {
    int[] parts = {0};
    new MultipartBody(maxHeader, ACCEPTED)
        .read(
            in,
            request.getContentType(),
            (part, content) -> {
              if (parts[0]++ > 0) {
                throw bad("The multipart body has more than one part. " + ACCEPTED);
              }
              content.readBodyData(out);
            });
    if (parts[0] == 0) {
      throw bad("The multipart body has no file. " + ACCEPTED);
    }
  }

  private static ProblemException bad(String detail) {
    return new ProblemException(HttpStatus.BAD_REQUEST, detail);
  }
}
