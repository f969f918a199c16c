package dev.resnet.data.folder;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The two parts of a data set. */
public enum Split {
  TRAIN,
  TEST;

  /** The name in paths, requests and answers. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
