{{/* The environment of the service's container. Takes root and role. */}}
{{- define "resnet.env" -}}
{{- $v := .root.Values -}}
- name: RESNET_ROLE
  value: {{ .role }}
- name: RESNET_HOME
  value: /data
- name: SERVER_ADDRESS
  value: 0.0.0.0
- name: SERVER_PORT
  value: "8080"
- name: MANAGEMENT_SERVER_PORT
  value: "8081"
{{- if and (include "resnet.grpcPort" .root) (ne .role "worker") }}
- name: SPRING_GRPC_SERVER_ENABLED
  value: "true"
- name: SPRING_GRPC_SERVER_ADDRESS
  value: 0.0.0.0
- name: SPRING_GRPC_SERVER_PORT
  value: "9090"
{{- end }}
- name: RESNET_JOBS_SHUTDOWNWAIT
  value: {{ $v.shutdown.trainingWaitSeconds }}s
{{- if include "resnet.keysSecret" .root }}
- name: RESNET_SECURITY_KEYS_FILE
  value: /etc/resnet/keys/keys.yaml
{{- end }}
{{- with $v.security.jwtIssuerUri }}
- name: SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI
  value: {{ . | quote }}
{{- end }}
{{- if $v.security.allowAnonymous }}
- name: RESNET_SECURITY_ALLOW_ANONYMOUS
  value: "true"
- name: RESNET_SECURITY_ALLOWEDHOSTS
  value: {{ include "resnet.allowedHosts" .root | quote }}
{{- end }}
{{- if $v.database.url }}
- name: SPRING_DATASOURCE_URL
  value: {{ $v.database.url | quote }}
- name: SPRING_DATASOURCE_USERNAME
  valueFrom:
    secretKeyRef:
      name: {{ include "resnet.databaseSecret" .root }}
      key: username
- name: SPRING_DATASOURCE_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "resnet.databaseSecret" .root }}
      key: password
{{- end }}
{{- with $v.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}
