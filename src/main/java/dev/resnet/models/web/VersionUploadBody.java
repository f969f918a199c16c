package dev.resnet.models.web;

import dev.resnet.api.MultipartBody;
import dev.resnet.api.ProblemException;
import dev.resnet.api.Problems;
import dev.resnet.api.SteadyStream;
import dev.resnet.memory.ByteSize;
import dev.resnet.models.ModelUploads;
import dev.resnet.models.ModelUploads.Received;
import dev.resnet.models.UploadProperties;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.tomcat.util.http.fileupload.MultipartStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.util.unit.DataSize;

/** The parts of an upload, in any order: {@code model} goes to the disk, {@code card} to memory. */
final class VersionUploadBody implements AutoCloseable {
  private static final String MODEL = "model";
  private static final String CARD = "card";
  private static final String ACCEPTED =
      "Send multipart/form-data with the parts model (a DL4J zip) and card (JSON).";

  private final ModelUploads uploads;
  private final DataSize maxCardSize;
  private @Nullable Received model;
  private byte @Nullable [] card;

  private VersionUploadBody(ModelUploads uploads, DataSize maxCardSize) {
    this.uploads = uploads;
    this.maxCardSize = maxCardSize;
  }

  /**
   * Reads a body.
   *
   * @throws ProblemException if it is not such a body
   */
  static VersionUploadBody read(
      HttpServletRequest request,
      ModelUploads uploads,
      UploadProperties settings,
      DataSize maxPartHeader)
      throws IOException {
    if (!MultipartBody.is(request.getContentType())) {
      throw new ProblemException(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The body is not multipart. " + ACCEPTED);
    }
    var body = new VersionUploadBody(uploads, settings.maxCardSize());
    try {
      var in =
          new SteadyStream(
              request.getInputStream(),
              settings.minRate(),
              UploadProperties.MIN_RATE,
              System::nanoTime);
      new MultipartBody(maxPartHeader, ACCEPTED).read(in, request.getContentType(), body::part);
      body.requireBoth();
      return body;
    } catch (IOException | RuntimeException | Error e) {
      body.close();
      throw e;
    }
  }

  private void part(MultipartBody.Part part, MultipartStream content) throws IOException {
    if (MODEL.equals(part.name()) && model == null) {
      model = uploads.receive(out -> content.readBodyData(out));
    } else if (CARD.equals(part.name()) && card == null) {
      var bytes = new CardBytes();
      content.readBodyData(bytes);
      card = bytes.toByteArray();
    } else {
      var problems = new Problems();
      problems.add(
          part.name() == null ? "parts" : part.name(),
          "is an unknown part, or there twice; send one part model and one part card");
      problems.throwIfAny();
    }
  }

  private final class CardBytes extends ByteArrayOutputStream {
    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      if (size() + length > maxCardSize.toBytes()) {
        throw new ProblemException(
            HttpStatus.CONTENT_TOO_LARGE,
            "The part card is larger than %s, the limit set by %s."
                .formatted(ByteSize.text(maxCardSize), UploadProperties.MAX_CARD_SIZE));
      }
      super.write(bytes, offset, length);
    }
  }

  private void requireBoth() {
    var problems = new Problems();
    if (model == null) {
      problems.add(MODEL, "is required: a part with a DL4J zip");
    }
    if (card == null) {
      problems.add(CARD, "is required: a part with JSON");
    }
    problems.throwIfAny();
  }

  byte @Nullable [] card() {
    return card;
  }

  Received model() {
    if (model == null) {
      throw new IllegalStateException("requireBoth has looked");
    }
    return model;
  }

  @Override
  public void close() {
    if (model != null) {
      model.close();
    }
  }
}
