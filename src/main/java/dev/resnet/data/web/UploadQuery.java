package dev.resnet.data.web;

import dev.resnet.api.Problems;
import dev.resnet.api.QueryString;
import dev.resnet.data.folder.UploadOptions;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.ResizePolicy;
import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.util.MultiValueMap;

/** The name and the query parameters of an upload; all errors are reported at once. */
record UploadQuery(UploadOptions options) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

  /**
   * Reads and checks them. Asking the request for parameters could make the container parse the
   * body, so they come from the query string.
   */
  static UploadQuery of(String name, HttpServletRequest request) {
    MultiValueMap<String, @Nullable String> query = QueryString.of(request);
    var problems = new Problems();
    if (!NAME.matcher(name).matches()) {
      problems.add(
          "name",
          "must be 1 to 63 lower-case letters, digits, '.', '_' and '-', a letter or digit first");
    }
    double testFraction = fraction(query.getFirst("test_fraction"), problems);
    long seed = seed(query.getFirst("seed"), problems);
    ResizePolicy resize = resize(query.getFirst("resize"), problems);
    ImageShape shape = shape(query.getFirst("size"), problems);
    boolean strict = strict(query, problems);
    problems.throwIfAny();
    return new UploadQuery(new UploadOptions(shape, resize, testFraction, seed, strict));
  }

  private static double fraction(@Nullable String value, Problems problems) {
    if (value == null || value.isEmpty()) {
      return 0.2;
    }
    try {
      double fraction = Double.parseDouble(value);
      if (fraction > 0 && fraction < 1) {
        return fraction;
      }
    } catch (NumberFormatException e) {
      // the same message
    }
    problems.add("test_fraction", "must be a number above 0 and below 1");
    return 0;
  }

  private static long seed(@Nullable String value, Problems problems) {
    if (value == null || value.isEmpty()) {
      return 1;
    }
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      problems.add("seed", "must be a whole number of 64 bits");
      return 0;
    }
  }

  private static ResizePolicy resize(@Nullable String value, Problems problems) {
    if (value == null || value.isEmpty()) {
      return ResizePolicy.CROP;
    }
    try {
      return ResizePolicy.of(value);
    } catch (IllegalArgumentException e) {
      problems.add("resize", "must be one of: crop, squash, pad");
      return ResizePolicy.CROP;
    }
  }

  private static ImageShape shape(@Nullable String value, Problems problems) {
    if (value == null || value.isEmpty()) {
      return ImageShape.CIFAR;
    }
    return ImageShape.SIZES.stream()
        .filter(size -> value.equals("" + size))
        .findFirst()
        .map(ImageShape::new)
        .orElseGet(
            () -> {
              problems.add("size", "must be one of: 32, 48, 64, 96");
              return ImageShape.CIFAR;
            });
  }

  private static boolean strict(MultiValueMap<String, @Nullable String> query, Problems problems) {
    if (!query.containsKey("strict")) {
      return false;
    }
    String value = query.getFirst("strict");
    if (value == null || value.isEmpty() || value.equals("true")) { // "?strict" means true
      return true;
    }
    if (!value.equals("false")) {
      problems.add("strict", "must be true or false");
    }
    return false;
  }
}
