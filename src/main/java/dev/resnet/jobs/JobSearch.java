package dev.resnet.jobs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Finds jobs for a filter. */
final class JobSearch {
  private final JdbcClient jdbc;

  JobSearch(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  List<TrainingJob> list(JobQuery query) {
    // The column's name comes from an enum, never from a client.
    String order =
        query.order() == JobOrder.CREATED_AT
            ? ""
            : query.order().wireName() + (query.descending() ? " desc," : " asc,");
    String submission = "submission" + (query.descending() ? " desc" : " asc");
    Map<String, Object> values = new HashMap<>();
    String where = conditions(query.filter(), values);
    return jdbc.sql(
            "select * from training_job where %s order by %s %s limit :size offset :from"
                .formatted(where, order, submission))
        .params(values)
        .param("size", query.size())
        .param("from", (long) query.page() * query.size())
        .query((row, n) -> JobRows.job(row))
        .list();
  }

  long count(JobFilter filter) {
    Map<String, Object> values = new HashMap<>();
    return jdbc.sql("select count(*) from training_job where " + conditions(filter, values))
        .params(values)
        .query(Long.class)
        .single();
  }

  private static String conditions(JobFilter filter, Map<String, Object> values) {
    List<String> conditions = new ArrayList<>(List.of("1 = 1"));
    if (!filter.statuses().isEmpty()) {
      conditions.add("status in (:statuses)");
      values.put("statuses", filter.statuses().stream().map(JobStatus::name).toList());
    }
    add("dataset = :dataset", "dataset", filter.dataset(), text -> text, conditions, values);
    add("model = :model", "model", filter.model(), text -> text, conditions, values);
    add("sweep_id = :sweep", "sweep", filter.sweep(), text -> text, conditions, values);
    add(
        "lower(name) like lower(:name) escape '!'",
        "name",
        filter.name(),
        JobSearch::part,
        conditions,
        values);
    return String.join(" and ", conditions);
  }

  private static void add(
      String condition,
      String parameter,
      @Nullable String value,
      Function<String, String> form,
      List<String> conditions,
      Map<String, Object> values) {
    if (value != null) {
      conditions.add(condition);
      values.put(parameter, form.apply(value));
    }
  }

  /** A pattern that matches the text itself anywhere. */
  private static String part(String text) {
    return "%" + text.replaceAll("[!%_]", "!$0") + "%";
  }
}
