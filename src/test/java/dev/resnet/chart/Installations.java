package dev.resnet.chart;

/** Values as operators would write them; tests can append further top-level keys. */
public final class Installations {
  static final String SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

  /** One pod, the embedded database, no keys. */
  public static final String ANONYMOUS =
      """
      security: {allowAnonymous: true}
      """;

  static final String KEYS =
      """
      security:
        keys:
          - {name: ci, sha256: %s, scope: train}
          - {name: web, sha256: %s, scope: classify}
      """
          .formatted(SHA256, SHA256);

  /** Separate API pods and workers, with secrets of the operator. */
  static final String SPLIT =
      """
      mode: split
      security: {existingKeysSecret: our-keys}
      database: {url: "jdbc:postgresql://postgres:6432/resnet", existingSecret: our-database}
      persistence: {accessModes: [ReadWriteMany], storageClass: nfs}
      """;

  /** Three pods with the role all. */
  static final String REPLICAS =
      """
      security: {jwtIssuerUri: "https://login.example.org/realms/lab"}
      database: {url: "jdbc:postgresql://postgres/resnet", username: resnet, password: "0123"}
      persistence: {existingClaim: shared}
      all: {replicas: 3}
      """;

  static final String GPU =
      """
      gpu: {enabled: true, count: 2, runtimeClassName: nvidia}
      """;

  static final String INGRESS =
      """
      ingress:
        enabled: true
        className: nginx
        annotations: {nginx.ingress.kubernetes.io/proxy-body-size: 32m}
        hosts: [resnet.example.org]
        tls: [{secretName: resnet-tls, hosts: [resnet.example.org]}]
      """;

  static final String MONITORING =
      """
      monitoring:
        serviceMonitor: {enabled: true, labels: {release: prometheus}}
        prometheusRule: {enabled: true, labels: {release: prometheus}}
        dashboard: {enabled: true}
      """;

  static final String AUTOSCALING =
      """
      autoscaling: {enabled: true, minReplicas: 3, maxReplicas: 9}
      """;

  /** All settings for pods. */
  static final String PLACED =
      """
      image: {repository: registry.example.org/lab/resnet-service, tag: "1.2", pullSecrets: [{name: registry}]}
      all:
        nodeSelector: {disk: fast}
        tolerations: [{key: lab, operator: Exists}]
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [a]}]}]
        topologySpreadConstraints:
          - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {a: b}}}
        podLabels: {team: lab}
        podAnnotations: {note: hello}
      extraEnv:
        - {name: RESNET_JOBS_SLOTS, value: "2"}
        - {name: PROXY, valueFrom: {configMapKeyRef: {name: proxy, key: url}}}
      networkPolicy:
        apiFrom: [{namespaceSelector: {matchLabels: {name: web}}}]
        metricsFrom: [{namespaceSelector: {matchLabels: {name: monitoring}}}]
        extraEgress: [{ports: [{port: 3128, protocol: TCP}]}]
      service: {type: LoadBalancer, port: 80, annotations: {a: b}}
      serviceAccount: {name: trainer, annotations: {a: b}}
      """;

  private Installations() {}
}
