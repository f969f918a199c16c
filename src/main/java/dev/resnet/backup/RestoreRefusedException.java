package dev.resnet.backup;

/** A restore is not possible here; nothing of value has been changed. */
final class RestoreRefusedException extends RuntimeException {
  private final String action;

  /**
   * @param action what the user can do
   */
  RestoreRefusedException(String why, String action) {
    super(why);
    this.action = action;
  }

  String action() {
    return action;
  }
}
