"""FHIR R4 JSON: bundles of any type, single resources, NDJSON; one module per resource type."""
