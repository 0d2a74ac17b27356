"""The patients' portal: pages that the hub itself serves to browsers, under `/portal/<practice>`."""
