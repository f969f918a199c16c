package dev.resnet.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Declares what a list can be sorted by, on a {@link PageRequest} parameter. */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface Sortable {
  /** The fields, as clients write them. */
  String[] value();

  /** As clients write it: {@code created_at,desc}. */
  String defaultSort();
}
