package dev.resnet.sweeps.web;

import static java.util.Objects.requireNonNullElse;

import dev.resnet.api.JsonRequest;
import dev.resnet.api.Problems;
import dev.resnet.api.Spelling;
import dev.resnet.jobs.JobsProperties;
import dev.resnet.jobs.NewJob;
import dev.resnet.jobs.web.TrainingJobReader;
import dev.resnet.sweeps.Combinations;
import dev.resnet.sweeps.NewSweep;
import dev.resnet.sweeps.NewSweep.NewPoint;
import dev.resnet.sweeps.SweepsProperties;
import dev.resnet.sweeps.web.SweepRequest.Mode;
import dev.resnet.training.TrainingConfig;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads a submission, resolves every job, and reports all errors at once. */
@Component
final class SweepReader {
  private static final JsonMapper JSON = new JsonMapper();

  /** H2 counts an emoji as two. */
  private static final int LONGEST_NAME = 255;

  /** Fields that are the same for all jobs of a sweep. */
  private static final Map<String, String> COMMON =
      Map.of(
          "name", "can't be varied: the jobs are named after the sweep",
          "model", "can't be varied; set it in base",
          "promote", "can't be varied; set it in base",
          "priority", "can't be varied; set it in base",
          "dataset", "can't be varied: accuracies on different images don't compare",
          "test_limit", "can't be varied: accuracies on different images don't compare",
          "learning_rate.schedule",
              "can't be varied alone: it decides which fields there are; give whole objects in"
                  + " values.learning_rate");

  private final JsonRequest<SweepRequest> body;
  private final TrainingJobReader reader;
  private final int maxJobs;
  private final int nameLength;

  SweepReader(
      JsonRequest<SweepRequest> body,
      TrainingJobReader reader,
      SweepsProperties settings,
      JobsProperties jobs) {
    this.body = body;
    this.reader = reader;
    this.maxJobs = settings.maxJobs();
    this.nameLength = jobs.limits().nameLength();
  }

  NewSweep read(byte @Nullable [] sent) {
    List<NewPoint> jobs = new ArrayList<>();
    SweepRequest request = body.read(sent, (read, problems) -> jobs.addAll(jobs(read, problems)));
    return new NewSweep(
        name(request),
        JSON.writeValueAsString(JSON.readTree(sent)),
        request.stop() == null ? null : request.stop().afterEpochsOrDefault(),
        jobs);
  }

  private static String name(SweepRequest request) {
    return requireNonNullElse(request.name(), "sweep");
  }

  private List<NewPoint> jobs(SweepRequest request, Problems problems) {
    if (name(request).length() > LONGEST_NAME) {
      problems.add(
          "name",
          "must be at most %d UTF-16 code units, was %d"
              .formatted(LONGEST_NAME, name(request).length()));
    }
    if (!problems.none("base", "values")) {
      return List.of();
    }
    ObjectNode base = JSON.valueToTree(request.base());
    if (base.has("name")) {
      problems.add("base.name", "is not a field here: the jobs are named after the sweep");
      base.remove("name");
    }
    List<Axis> axes = axes(JSON.valueToTree(request.values()), problems);
    boolean whole =
        problems.none("values", "mode", "limit") && isRightSize(request, axes, problems);
    List<List<Integer>> combinations =
        whole ? combinations(request, axes) : List.<List<Integer>>of();
    List<NewPoint> points = read(name(request), base, axes, combinations, problems);
    checkStop(request, points, problems);
    checkDifferent(points, problems);
    return points;
  }

  private List<Axis> axes(ObjectNode values, Problems problems) {
    Set<String> known = reader.fields();
    List<Axis> axes = new ArrayList<>();
    if (values.isEmpty()) {
      problems.add("values", "must have at least one path, such as \"seed\": [1, 2, 3]");
    }
    values.forEachEntry(
        (path, list) -> {
          String field = "values." + path;
          if (COMMON.containsKey(path)) {
            problems.add(field, COMMON.get(path));
          } else if (!known.contains(path)) {
            problems.add(field, Spelling.unknownField(path, known));
          } else if (!(list instanceof ArrayNode array) || array.isEmpty()) {
            problems.add(field, "must be a list of values, […]");
          } else {
            checkDifferent(field, array, problems);
            axes.add(new Axis(path, array.valueStream().toList()));
          }
        });
    return axes;
  }

  private static void checkDifferent(String field, ArrayNode values, Problems problems) {
    Map<Object, Integer> seen = new HashMap<>();
    for (int i = 0; i < values.size(); i++) {
      Integer before = seen.putIfAbsent(comparable(values.get(i)), i);
      if (before != null) {
        problems.add(
            "%s[%d]".formatted(field, i), "is the same as %s[%d]".formatted(field, before));
      }
    }
  }

  /** 1 and 1.0 are the same. */
  private static Object comparable(JsonNode value) {
    if (value.isIntegralNumber()) {
      return new BigDecimal(value.bigIntegerValue()).stripTrailingZeros();
    }
    return value.isNumber() && Double.isFinite(value.doubleValue())
        ? BigDecimal.valueOf(value.doubleValue()).stripTrailingZeros()
        : value;
  }

  private boolean isRightSize(SweepRequest request, List<Axis> axes, Problems problems) {
    long all = Combinations.count(sizes(axes));
    if (request.mode() == Mode.RANDOM) {
      if (request.limit() == null) {
        problems.add("limit", "is required with mode random: the number of jobs");
        return false;
      }
      if (Math.min(request.limit(), all) > maxJobs) {
        problems.add(
            "limit",
            "must be at most %d (resnet.sweeps.max-jobs), was %d"
                .formatted(maxJobs, request.limit()));
        return false;
      }
      return true;
    }
    int most = Math.min(maxJobs, requireNonNullElse(request.limit(), maxJobs));
    if (all > most) {
      problems.add(
          "values",
          "have %s combinations, more than the %d that %s allows; give fewer values, or mode random with a limit"
              .formatted(
                  all == Long.MAX_VALUE ? "too many" : all,
                  most,
                  most == maxJobs ? "resnet.sweeps.max-jobs" : "limit"));
      return false;
    }
    return true;
  }

  private static List<Integer> sizes(List<Axis> axes) {
    return axes.stream().map(axis -> axis.values().size()).toList();
  }

  private static List<List<Integer>> combinations(SweepRequest request, List<Axis> axes) {
    return request.mode() == Mode.RANDOM
        ? Combinations.random(sizes(axes), request.limit(), requireNonNullElse(request.seed(), 1L))
        : Combinations.grid(sizes(axes));
  }

  /** Resolves the jobs; values that no job has are checked beside the first value of the others. */
  private List<NewPoint> read(
      String name,
      ObjectNode base,
      List<Axis> axes,
      List<List<Integer>> combinations,
      Problems problems) {
    var variants = new JobVariants(reader, base, axes);
    var errors = new JobErrors(axes);
    List<NewPoint> points = new ArrayList<>();
    for (int i = 0; i < combinations.size(); i++) {
      List<Integer> combination = combinations.get(i);
      String title = title(name, i + 1, text(axes, combination));
      Problems ofJob = new Problems();
      NewJob job = variants.read(combination, title, ofJob);
      errors.add(combination, ofJob.errors());
      if (job != null) {
        points.add(new NewPoint(values(axes, combination), job));
      }
    }
    for (List<Integer> combination : unused(axes, combinations)) {
      Problems ofJob = new Problems();
      variants.read(combination, "unused", ofJob);
      errors.add(combination, ofJob.errors());
    }
    errors.addTo(problems);
    return points;
  }

  /** For each value that no combination has, one that has it; at least one in all. */
  private List<List<Integer>> unused(List<Axis> axes, List<List<Integer>> combinations) {
    Set<List<Integer>> unused = new LinkedHashSet<>();
    for (int i = 0; i < axes.size(); i++) {
      int axis = i;
      Set<Integer> used =
          combinations.stream()
              .map(combination -> combination.get(axis))
              .collect(Collectors.toCollection(HashSet::new));
      for (int index = 0; index < Math.min(axes.get(i).values().size(), maxJobs); index++) {
        if (used.add(index)) {
          List<Integer> first = new ArrayList<>(axes.stream().map(any -> 0).toList());
          first.set(i, index);
          unused.add(first);
        }
      }
    }
    if (axes.isEmpty() && combinations.isEmpty()) {
      unused.add(List.of());
    }
    return List.copyOf(unused);
  }

  private static Map<String, @Nullable Object> values(List<Axis> axes, List<Integer> combination) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (int i = 0; i < axes.size(); i++) {
      JsonNode value = axes.get(i).values().get(combination.get(i));
      values.put(axes.get(i).path(), JSON.treeToValue(value, Object.class));
    }
    return values;
  }

  /** For people: {@code stack_n=3 learning_rate.peak=0.1}. */
  static String text(List<Axis> axes, List<Integer> combination) {
    return IntStream.range(0, axes.size())
        .mapToObj(
            i -> {
              JsonNode value = axes.get(i).values().get(combination.get(i));
              return axes.get(i).path()
                  + "="
                  + (value.isString() ? value.stringValue() : value.toString());
            })
        .collect(Collectors.joining(" "));
  }

  /** The number stays whole, the rest as far as there is room. */
  private String title(String name, int number, String values) {
    String mark = " #" + number;
    String start = Problems.abbreviated(name, Math.max(1, nameLength - mark.length())) + mark;
    String title = start + " " + values.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", " ");
    String cut = Problems.abbreviated(title, nameLength);
    for (int length = nameLength - 1; cut.length() > LONGEST_NAME; length--) {
      cut = Problems.abbreviated(title, length);
    }
    return cut;
  }

  private static void checkStop(SweepRequest request, List<NewPoint> points, Problems problems) {
    if (request.stop() != null
        && points.stream().anyMatch(point -> point.job().config().validationFraction() == 0)) {
      problems.add(
          "stop",
          "needs validation images in every job: set base.validation_fraction above 0, such as 0.1");
    }
  }

  /** After the recipe: null and the recipe's value are the same. */
  private static void checkDifferent(List<NewPoint> points, Problems problems) {
    Map<TrainingConfig, NewPoint> seen = new HashMap<>();
    for (NewPoint point : points) {
      NewPoint before = seen.putIfAbsent(point.job().config(), point);
      if (before != null) {
        problems.add(
            "values",
            "give the same job twice, as '%s' and as '%s'"
                .formatted(before.job().name(), point.job().name()));
        return;
      }
    }
  }
}
