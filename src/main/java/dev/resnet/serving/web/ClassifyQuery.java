package dev.resnet.serving.web;

import dev.resnet.api.Problems;
import dev.resnet.api.QueryString;
import dev.resnet.serving.Options;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import org.springframework.util.MultiValueMap;

/**
 * The query parameters of a classification. They are read from the query string itself, because
 * asking the request for a parameter makes the container parse the body; see {@link RequestImages}.
 *
 * @param topK how many of the most probable classes to return, from 1 to the number of classes
 * @param resize whether to resize images of another size
 * @param options what to compute beside the plain forward pass
 */
record ClassifyQuery(int topK, boolean resize, Options options) {
  private static final int DEFAULT_TOP = 5;

  static ClassifyQuery of(HttpServletRequest request, int classes) {
    MultiValueMap<String, String> query = QueryString.of(request);
    var problems = new Problems();
    int topK = topK(query.get("top_k"), classes, problems);
    boolean resize = flag("resize", query, problems);
    boolean heatmap = flag("heatmap", query, problems);
    boolean flip = flip(query.get("tta"), problems);
    problems.throwIfAny();
    return new ClassifyQuery(topK, resize, new Options(flip, heatmap));
  }

  private static int topK(List<String> values, int classes, Problems problems) {
    if (values == null) {
      return Math.min(DEFAULT_TOP, classes);
    }
    return Optional.ofNullable(values.size() == 1 ? values.get(0) : null)
        .filter(value -> value.matches("[0-9]{1,9}"))
        .map(Integer::valueOf)
        .filter(k -> k >= 1 && k <= classes)
        .orElseGet(
            () -> {
              problems.add("top_k", "must be a whole number from 1 to %d".formatted(classes));
              return 0;
            });
  }

  private static boolean flag(String name, MultiValueMap<String, String> query, Problems problems) {
    List<String> values = query.get(name);
    if (values == null || values.equals(List.of("false"))) {
      return false;
    }
    // "?resize" without a value has the value null.
    String value = values.size() == 1 ? values.get(0) : "";
    if (value != null && !value.equals("true")) {
      problems.add(name, "must be true or false");
    }
    return true;
  }

  private static boolean flip(List<String> values, Problems problems) {
    if (values == null) {
      return false;
    }
    if (!values.equals(List.of("flip"))) {
      problems.add("tta", "must be flip");
    }
    return true;
  }
}
