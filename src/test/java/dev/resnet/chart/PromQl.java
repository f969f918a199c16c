package dev.resnet.chart;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Parses just enough of PromQL to find the metrics in a query. */
public final class PromQl {
  private static final Pattern NOT_METRICS =
      Pattern.compile(
          "\"[^\"]*\"" // strings
              + "|\\{[^}]*}" // label matchers
              + "|\\[[^]]*]" // ranges
              + "|\\b(by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)");
  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*(?!\\w|\\s*\\()");
  private static final Set<String> WORDS =
      Set.of("and", "or", "unless", "offset", "bool", "inf", "nan");

  private PromQl() {}

  public static Set<String> metrics(List<String> queries) {
    Set<String> names = new TreeSet<>();
    for (String query : queries) {
      String bare = query;
      for (String before = ""; !before.equals(bare); ) {
        before = bare;
        bare = NOT_METRICS.matcher(bare).replaceAll(" ");
      }
      NAME.matcher(bare.replaceAll("\\b[0-9][0-9.a-z]*\\b", " "))
          .results()
          .map(MatchResult::group)
          .filter(name -> !WORDS.contains(name))
          .forEach(names::add);
    }
    return names;
  }
}
