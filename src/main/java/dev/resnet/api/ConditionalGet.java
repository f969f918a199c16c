package dev.resnet.api;

import java.util.List;

/**
 * Answers on these paths have an {@code ETag}, and a GET with {@code If-None-Match} gets 304 while
 * nothing has changed. A feature declares a bean of this type next to a controller whose answers
 * are small and change seldom.
 *
 * @param pathPatterns Spring path patterns, such as {@code /api/v1/models/*}
 */
public record ConditionalGet(List<String> pathPatterns) {
  public static ConditionalGet of(String... pathPatterns) {
    return new ConditionalGet(List.of(pathPatterns));
  }
}
