"""Consultation and complaints (咨询投诉): one page of plain words, for citizens and firms alike."""
