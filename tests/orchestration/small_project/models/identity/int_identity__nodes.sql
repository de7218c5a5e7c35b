-- The columns of the real one; of the people who answered nothing is known.
select
    'desk:answers:' || id as node_id, 'desk' as source,
    {% for column in [
        'first_name_canonical', 'last_name_canonical', 'birth_date_clean', 'email_clean', 'phone_digits', 'mobile_phone_digits',
        'street_clean', 'postal_code_clean', 'city_clean', 'organisation_clean', 'national_id_clean',
    ] -%}
    cast(null as varchar) as {{ column }},
    {% endfor -%}
    false as has_shared_email, false as has_shared_phone, false as is_reference,
    timestamptz '2026-06-01 00:00:00+00' as first_seen_at
from {{ ref('stg_desk__answers') }}
