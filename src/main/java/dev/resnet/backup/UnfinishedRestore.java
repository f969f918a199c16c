package dev.resnet.backup;

import java.nio.file.Path;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;

/** Refuses the start of the service after an interrupted restore, before it opens the database. */
final class UnfinishedRestore implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {

  @Override
  public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
    String home = event.getEnvironment().getProperty("resnet.home");
    boolean restoring = event.getSpringApplication().getAllSources().contains(RestoreCommand.class);
    if (home != null && !restoring && RestoreHome.isUnfinished(Path.of(home))) {
      throw new RestoreRefusedException(
          "The restore into %s was interrupted.".formatted(home),
          "Repeat it: java -jar resnet-service.jar restore backup.tar with the same settings.");
    }
  }
}
