package dev.resnet.chart;

import static dev.resnet.chart.Installations.ANONYMOUS;
import static dev.resnet.chart.Installations.KEYS;
import static dev.resnet.chart.Installations.REPLICAS;
import static dev.resnet.chart.Installations.SPLIT;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Invalid values are refused before anything is installed, with a message about what to do. */
class RefusedValuesTests {

  @Test
  void anonymousUseMustBeExplicit() {
    refused("")
        .hasMessageContaining("Nobody could use the API")
        .hasMessageContaining("security.keys")
        .hasMessageContaining("security.allowAnonymous: true");
    refused(KEYS + "  allowAnonymous: true").hasMessageContaining("contradicts the keys");
    refused(KEYS + "  existingKeysSecret: ours").hasMessageContaining("keep one of them");
  }

  @Test
  void severalPodsNeedPostgreSql() {
    refused(ANONYMOUS + "mode: split\npersistence: {accessModes: [ReadWriteMany]}")
        .hasMessageContaining("mode: split needs PostgreSQL")
        .hasMessageContaining("database.url");
    refused(ANONYMOUS + "all: {replicas: 2}\npersistence: {existingClaim: shared}")
        .hasMessageContaining("all.replicas: 2 needs PostgreSQL");
  }

  @Test
  void severalPodsNeedAVolumeThatTheyCanShare() {
    refused(SPLIT.replace("ReadWriteMany", "ReadWriteOnce"))
        .hasMessageContaining("persistence.accessModes: [ReadWriteMany]")
        .hasMessageContaining("persistence.existingClaim");
    refused(REPLICAS.replace("existingClaim: shared", "size: 1Ti"))
        .hasMessageContaining("all.replicas: 3 makes pods share the volume");
    refused(SPLIT.replace("accessModes: [ReadWriteMany]", "enabled: false"))
        .hasMessageContaining("needs a volume that its pods share");
    refused(ANONYMOUS + "persistence: {enabled: false, existingClaim: ours}")
        .hasMessageContaining("persistence.enabled is false");
  }

  @Test
  void aDatabaseNeedsCredentialsAndTheyNeedADatabase() {
    refused(REPLICAS.replace(", password: \"0123\"", ""))
        .hasMessageContaining("database.url needs credentials")
        .hasMessageContaining("There are no default ones");
    refused(ANONYMOUS + "database: {existingSecret: ours}").hasMessageContaining("no database.url");
    refused(REPLICAS.replace("username: resnet", "username: resnet, existingSecret: ours"))
        .hasMessageContaining("keep one of them");
  }

  @Test
  void onlyApiPodsAreScaled() {
    refused(ANONYMOUS + "autoscaling: {enabled: true}")
        .hasMessageContaining("autoscaling.enabled needs mode: split");
    refused(SPLIT + "autoscaling: {enabled: true, minReplicas: 9}")
        .hasMessageContaining("autoscaling.minReplicas (9) is larger");
    refused(SPLIT + "autoscaling: {enabled: true}\napi: {resources: {requests: {cpu: null}}}")
        .hasMessageContaining("api.resources.requests.cpu");
  }

  @Test
  void settingsOfTheChartMustNotBeRepeated() {
    refused(ANONYMOUS + "image: {tag: 0.1.0-cuda}").hasMessageContaining("gpu.enabled appends");
    refused(REPLICAS.replace("resnet\", username", "resnet?password=x\", username"))
        .hasMessageContaining("database.url contains a password");
    refused(ANONYMOUS + "extraEnv: [{name: RESNET_ROLE, value: api}]")
        .hasMessageContaining("extraEnv sets RESNET_ROLE");
    refused(ANONYMOUS + "extraEnv: [{name: RESNET_SECURITY_ALLOWEDHOSTS, value: a.org}]")
        .hasMessageContaining("extraEnv sets RESNET_SECURITY_ALLOWEDHOSTS");
  }

  @Test
  void allErrorsAreReportedAtOnce() {
    refused("mode: split")
        .hasMessageContaining("needs PostgreSQL")
        .hasMessageContaining("share the volume")
        .hasMessageContaining("Nobody could use the API");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          mode: both                                               | /mode
          replicas: 2                                              | additional properties 'replicas'
          all: {replica: 2}                                        | additional properties 'replica'
          all: {replicas: 0}                                       | /all/replicas
          all: {replicas: 101}                                     | /all/replicas
          all: {replicas: two}                                     | /all/replicas
          all: {resources: {limits: {memory: 4 GB}}}               | /all/resources/limits/memory
          image: {repository: "Resnet Service"}                    | /image/repository
          image: {pullPolicy: Sometimes}                           | /image/pullPolicy
          database: {url: "jdbc:mysql://db/resnet"}                | /database/url
          persistence: {accessModes: []}                           | /persistence/accessModes
          persistence: {accessModes: [ReadOnlyMany]}               | /persistence/accessModes
          persistence: {size: big}                                 | /persistence/size
          gpu: {count: 0}                                          | /gpu/count
          gpu: {count: 17}                                         | /gpu/count
          shutdown: {trainingWaitSeconds: 0}                       | /shutdown/trainingWaitSeconds
          shutdown: {trainingWaitSeconds: 3601}                    | /shutdown/trainingWaitSeconds
          shutdown: {preStopSeconds: 121}                          | /shutdown/preStopSeconds
          startupProbe: {failureThreshold: 4}                      | /startupProbe/failureThreshold
          startupProbe: {periodSeconds: 61}                        | /startupProbe/periodSeconds
          extraEnv: [{name: A, value: 1}]                          | /extraEnv/0/value
          service: {port: 0}                                       | /service/port
          service: {port: 65536}                                   | /service/port
          service: {type: ExternalName}                            | /service/type
          ingress: {enabled: true}                                 | /ingress/hosts
          ingress: {hosts: ["https://a.org/"]}                     | /ingress/hosts/0
          security: {allowAnonymous: true, allowedHosts: ["http://a.org"]} | /security/allowedHosts/0
          security: {allowAnonymous: true, allowedHosts: ["a.org:80"]} | /security/allowedHosts/0
          autoscaling: {targetCPUUtilizationPercentage: 0}         | /autoscaling/targetCPU
          podDisruptionBudget: {maxUnavailable: 0}                 | /podDisruptionBudget/maxUnavailable
          networkPolicy: {apiFrom: [{}]}                           | /networkPolicy/apiFrom/0
          serviceAccount: {name: Trainer}                          | /serviceAccount/name
          monitoring: {serviceMonitor: {interval: fast}}           | /monitoring/serviceMonitor/interval
          """)
  void theSchemaRefuses(String values, String named) {
    refused(ANONYMOUS + values).hasMessageContaining(named);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {name: ci, sha256: the-key-itself, scope: train}                              | /security/keys/0/sha256
          {name: ci, sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15, scope: train} | /security/keys/0/sha256
          {name: ci, key: secret, scope: train}                                         | additional properties 'key'
          {name: "", scope: train}                                                      | /security/keys/0/name
          {name: ci, scope: root}                                                       | /security/keys/0/scope
          """)
  void keysAreHashesWithANameAndAScope(String key, String named) {
    refused("security: {keys: [" + key + "]}").hasMessageContaining(named);
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> refused(
      String values) {
    return assertThatThrownBy(() -> Chart.render(values));
  }
}
