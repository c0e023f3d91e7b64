"""Salesforce: the standard objects, from Data Loader or SOQL (API names), reports (labels) and warehouses."""
