package dev.resnet.data.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.api.ProblemException;
import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetInfo;
import dev.resnet.data.ImageSet;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import dev.resnet.pictures.ResizePolicy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

class DatasetControllerTests {
  private final OneSet catalog = new OneSet();
  private final MockMvcTester http =
      MockMvcTester.of(new DatasetController(catalog, null), new ImageController(catalog));

  @Test
  void listsTheSets() {
    assertThat(http.get().uri("/api/v1/datasets"))
        .hasStatusOk()
        .hasContentType(MediaType.APPLICATION_JSON)
        .bodyJson()
        .extractingPath("$.items[*].name")
        .asArray()
        .containsExactly("shapes");
  }

  @Test
  void showsASetThatHasNotBeenLoaded() {
    catalog.status = DatasetInfo.Status.DOWNLOADING;
    catalog.progress = 0.5;

    assertThat(http.get().uri("/api/v1/datasets/shapes"))
        .hasStatusOk()
        .bodyJson()
        .isStrictlyEqualTo(
            """
            {"name": "shapes", "classes": ["round", "angular"], "size": 32, "resize": "crop", "train": 2, "test": 1,
             "status": "DOWNLOADING", "mean": null, "std": null, "sha256": null,
             "progress": 0.5, "error": null, "createdAt": null, "upload": null, "report": null}
            """);
  }

  @Test
  void showsTheStatisticsOfASetThatHasBeenLoaded() {
    catalog.loaded = true;

    assertThat(http.get().uri("/api/v1/datasets/shapes"))
        .hasStatusOk()
        .bodyJson()
        .isStrictlyEqualTo(
            """
            {"name": "shapes", "classes": ["round", "angular"], "size": 32, "resize": "crop", "train": 2, "test": 1,
             "status": "READY", "mean": [0.5, 0.25, 0.125], "std": [0.25, 0.5, 1.0],
             "sha256": "abc", "progress": null, "error": null, "createdAt": null,
             "upload": null, "report": null}
            """);
  }

  @Test
  void showsAPictureWithItsLabel() throws IOException {
    var answer = http.get().uri("/api/v1/datasets/shapes/images/train/1").exchange();

    assertThat(answer)
        .hasStatusOk()
        .hasContentType(MediaType.IMAGE_PNG)
        .hasHeader("X-Label", "angular")
        .hasHeader("X-Label-Index", "1");
    var picture =
        ImageIO.read(new ByteArrayInputStream(answer.getResponse().getContentAsByteArray()));
    assertThat(picture.getWidth()).isEqualTo(32);
    assertThat(picture.getRGB(31, 31) & 0xffffff).isEqualTo(0xc80000);
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/datasets/mnist, 'There is no data set ''mnist'''",
    "/api/v1/datasets/mnist/images/test/0, 'There is no data set ''mnist'''",
    "/api/v1/datasets/shapes/images/validation/0, 'ask for train or test'",
    "/api/v1/datasets/shapes/images/train/2, 'has the pictures 0 to 1'",
    "/api/v1/datasets/shapes/images/test/1, 'has the pictures 0 to 0'",
    "/api/v1/datasets/shapes/images/train/-1, 'has the pictures 0 to 1'"
  })
  void hasNothingElse(String path, String message) {
    assertRefused(path, HttpStatus.NOT_FOUND, message);
  }

  @Test
  void refusesAnIndexThatIsNoNumber() {
    assertThat(http.get().uri("/api/v1/datasets/shapes/images/test/first"))
        .hasStatus(HttpStatus.BAD_REQUEST);
  }

  @Test
  void startsNoDownloadForAPicture() {
    String path = "/api/v1/datasets/shapes/images/test/0";

    catalog.status = DatasetInfo.Status.ABSENT;
    assertRefused(path, HttpStatus.CONFLICT, "a training job with it downloads it");
    catalog.status = DatasetInfo.Status.DOWNLOADING;
    assertThat(assertRefused(path, HttpStatus.SERVICE_UNAVAILABLE, "is being downloaded"))
        .extracting(ProblemException::retryAfter)
        .isNotNull();
    catalog.status = DatasetInfo.Status.FAILED;
    assertRefused(path, HttpStatus.SERVICE_UNAVAILABLE, "could not be had: the disk is full");
    assertThat(catalog.loads).isZero();
  }

  @Test
  void saysWhyASetCanNotBeRead() {
    catalog.failure = new IOException("record 3 is cut short");

    assertRefused(
        "/api/v1/datasets/shapes/images/test/0",
        HttpStatus.SERVICE_UNAVAILABLE,
        "record 3 is cut short");
  }

  private ProblemException assertRefused(String path, HttpStatus status, String message) {
    var failure = http.get().uri(path).exchange().getUnresolvedException().getCause();
    assertThat(failure).isInstanceOf(ProblemException.class).hasMessageContaining(message);
    assertThat(((ProblemException) failure).status()).isEqualTo(status);
    return (ProblemException) failure;
  }

  /** Two training images, black and red, and a test image. */
  private static final class OneSet implements DatasetCatalog {
    DatasetInfo.Status status = DatasetInfo.Status.READY;
    Double progress;
    boolean loaded;
    IOException failure;
    int loads;

    @Override
    public List<DatasetInfo> list() {
      return List.of(
          new DatasetInfo(
              "shapes",
              List.of("round", "angular"),
              ImageShape.CIFAR,
              ResizePolicy.CROP,
              2,
              1,
              status,
              loaded
                  ? new Normalization(
                      new float[] {0.5f, 0.25f, 0.125f}, new float[] {0.25f, 0.5f, 1f})
                  : null,
              loaded ? "abc" : null,
              progress,
              status == DatasetInfo.Status.FAILED ? "the disk is full" : null,
              null));
    }

    @Override
    public Optional<DatasetInfo> info(String name, @Nullable String version) {
      return list().stream().filter(info -> info.name().equals(name)).findFirst();
    }

    @Override
    public Dataset load(String name, @Nullable String version) throws IOException {
      loads++;
      if (failure != null) {
        throw failure;
      }
      byte[] pixels = new byte[2 * ImageShape.CIFAR.values()];
      for (int at = ImageShape.CIFAR.values(); at < pixels.length; at += ImageShape.CHANNELS) {
        pixels[at] = (byte) 200;
      }
      return new Dataset(
          name,
          List.of("round", "angular"),
          new ImageSet(ImageShape.CIFAR, pixels, new short[] {0, 1}),
          new ImageSet(ImageShape.CIFAR, new byte[ImageShape.CIFAR.values()], new short[] {0}),
          ResizePolicy.CROP,
          "abc");
    }

    @Override
    public void hold(String name, String version) {}
  }
}
